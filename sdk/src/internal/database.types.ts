// Generated from the database by npm run gen.
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "chat": {
          Tables: {
            "accounts": {
                  Row: {
                    "created_at": string,"email": string | null,"email_verified_at": string | null,"phone": string | null,"role": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"email"?: string | null,"email_verified_at"?: string | null,"phone"?: string | null,"role"?: string,"user_id": string
                  }
                  Update: {
                    "created_at"?: string,"email"?: string | null,"email_verified_at"?: string | null,"phone"?: string | null,"role"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "accounts_user_id_fkey"
      columns: ["user_id"]
isOneToOne: true
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "accounts_user_id_fkey"
      columns: ["user_id"]
isOneToOne: true
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"channel_counters": {
                  Row: {
                    "channel_id": string,"last_message_at": string | null,"last_seq": number,"member_count": number
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"last_message_at"?: string | null,"last_seq"?: number,"member_count"?: number
                  }
                  Update: {
                    "channel_id"?: string,"last_message_at"?: string | null,"last_seq"?: number,"member_count"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "channel_counters_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: true
      referencedRelation: "channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "channel_counters_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: true
      referencedRelation: "my_channels"
      referencedColumns: ["id"]
    }
                  ]
                },"channel_members": {
                  Row: {
                    "channel_id": string,"joined_at": string,"last_read_seq": number,"role": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"joined_at"?: string,"last_read_seq"?: number,"role"?: string,"user_id": string
                  }
                  Update: {
                    "channel_id"?: string,"joined_at"?: string,"last_read_seq"?: number,"role"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "channel_members_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "channel_members_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "channel_members_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "channel_members_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"channels": {
                  Row: {
                    "created_at": string,"created_by": string | null,"description": string,"dm_key": string | null,"epoch": number,"id": string,"kind": string,"name": string | null,"slug": string | null
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"description"?: string,"dm_key"?: string | null,"epoch"?: number,"id"?: string,"kind": string,"name"?: string | null,"slug"?: string | null
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"description"?: string,"dm_key"?: string | null,"epoch"?: number,"id"?: string,"kind"?: string,"name"?: string | null,"slug"?: string | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "channels_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "channels_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"messages": {
                  Row: {
                    "author_id": string | null,"body": string,"channel_id": string,"created_at": string,"id": string,"seq": number
                  }
                  ComputedFields: never
                  Insert: {
                    "author_id"?: string | null,"body": string,"channel_id": string,"created_at"?: string,"id"?: string,"seq": number
                  }
                  Update: {
                    "author_id"?: string | null,"body"?: string,"channel_id"?: string,"created_at"?: string,"id"?: string,"seq"?: number
                  }
                  Relationships: [
                    {
      foreignKeyName: "messages_author_id_fkey"
      columns: ["author_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "messages_author_id_fkey"
      columns: ["author_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "messages_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "channel_counters"
      referencedColumns: ["channel_id"]
    }
                  ]
                },"profiles": {
                  Row: {
                    "avatar_url": string | null,"created_at": string,"id": string,"name": string,"username": string
                  }
                  ComputedFields: never
                  Insert: {
                    "avatar_url"?: string | null,"created_at"?: string,"id": string,"name": string,"username": string
                  }
                  Update: {
                    "avatar_url"?: string | null,"created_at"?: string,"id"?: string,"name"?: string,"username"?: string
                  }
                  Relationships: [
                    
                  ]
                }
          }
          Views: {
            "my_channels": {
                  Row: {
                    "created_at": string,"created_by": string | null,"description": string,"dm_avatar_url": string | null,"dm_name": string | null,"dm_user_id": string | null,"dm_username": string | null,"epoch": number,"id": string,"kind": string,"last_activity_at": string | null,"last_read_seq": number,"last_seq": number,"member_count": number,"name": string | null,"role": string,"slug": string | null,"unread_count": number | null
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "channels_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "channels_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                }
          }
          Functions: {
            "add_members":
{ Args: { "channel_id": string,"user_ids": (string)[] }; Returns: {
              "channel_id": string,
"joined_at": string,
"last_read_seq": number,
"role": string,
"user_id": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "channel_members"
        isOneToOne: false
        isSetofReturn: true
      } },
"create_channel":
{ Args: { "description"?: string,"kind"?: string,"member_ids"?: (string)[],"name"?: string,"slug": string }; Returns: {
              "created_at": string,
"created_by": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"id": string,
"kind": string,
"name": string | null,
"slug": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "channels"
        isOneToOne: true
        isSetofReturn: true
      } },
"issue_email_code":
{ Args: { "email": string }; Returns: string
                           },
"join_channel":
{ Args: { "channel_id": string }; Returns: {
              "created_at": string,
"created_by": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"id": string,
"kind": string,
"name": string | null,
"slug": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "channels"
        isOneToOne: true
        isSetofReturn: true
      } },
"leave_channel":
{ Args: { "channel_id": string }; Returns: undefined
                           },
"list_messages":
{ Args: { "after_seq"?: number,"before_seq"?: number,"channel_id": string,"page_size"?: number }; Returns: {
              "author_id": string | null,
"body": string,
"channel_id": string,
"created_at": string,
"id": string,
"seq": number
            }[]
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: false
        isSetofReturn: true
      } },
"mark_read":
{ Args: { "channel_id": string,"seq": number }; Returns: {
              "channel_id": string,
"joined_at": string,
"last_read_seq": number,
"role": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "channel_members"
        isOneToOne: true
        isSetofReturn: true
      } },
"open_dm":
{ Args: { "user_id": string }; Returns: {
              "created_at": string,
"created_by": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"id": string,
"kind": string,
"name": string | null,
"slug": string | null
            }
                          SetofOptions: {
        from: "*"
        to: "channels"
        isOneToOne: true
        isSetofReturn: true
      } },
"remove_member":
{ Args: { "channel_id": string,"user_id": string }; Returns: undefined
                           },
"send_message":
{ Args: { "body": string,"channel_id": string,"id"?: string }; Returns: {
              "author_id": string | null,
"body": string,
"channel_id": string,
"created_at": string,
"id": string,
"seq": number
            }
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: true
        isSetofReturn: true
      } },
"verify_email":
{ Args: { "code": string,"email": string }; Returns: boolean
                           }
          }
          Enums: {
            [_ in never]: never
          }
          CompositeTypes: {
            [_ in never]: never
          }
        }
}

type DatabaseWithoutInternals = Omit<Database, '__InternalSupabase'>

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "chat">]

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
        DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? (DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"] &
      DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"])[TableName] extends {
      Row: infer R
    }
    ? R
    : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
  ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R
    }
    ? R
    : never
  : never

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Insert: infer I
    }
    ? I
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I
    }
    ? I
    : never
  : never

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends {
      Update: infer U
    }
    ? U
    : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
  ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U
    }
    ? U
    : never
  : never

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
  ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals
  }
    ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][CompositeTypeName]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
  ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never

export const Constants = {
  "chat": {
          Enums: {
            
          }
        }
} as const
