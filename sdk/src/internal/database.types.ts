// Generated from the database by npm run gen.
export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[]

export type Database = {
  
  "chat": {
          Tables: {
            "accounts": {
                  Row: {
                    "chose_username": boolean,"created_at": string,"email": string | null,"email_verified_at": string | null,"phone": string | null,"role": string,"suspend_reason": string | null,"suspended_at": string | null,"suspended_by": string | null,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "chose_username"?: boolean,"created_at"?: string,"email"?: string | null,"email_verified_at"?: string | null,"phone"?: string | null,"role"?: string,"suspend_reason"?: string | null,"suspended_at"?: string | null,"suspended_by"?: string | null,"user_id": string
                  }
                  Update: {
                    "chose_username"?: boolean,"created_at"?: string,"email"?: string | null,"email_verified_at"?: string | null,"phone"?: string | null,"role"?: string,"suspend_reason"?: string | null,"suspended_at"?: string | null,"suspended_by"?: string | null,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "accounts_suspended_by_fkey"
      columns: ["suspended_by"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "accounts_suspended_by_fkey"
      columns: ["suspended_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
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
                },"api_keys": {
                  Row: {
                    "created_at": string,"created_by": string | null,"expires_at": string | null,"hash": string,"id": string,"last_used_at": string | null,"name": string,"prefix": string,"revoked_at": string | null,"scopes": (string)[]
                  }
                  ComputedFields: never
                  Insert: {
                    "created_at"?: string,"created_by"?: string | null,"expires_at"?: string | null,"hash": string,"id"?: string,"last_used_at"?: string | null,"name": string,"prefix": string,"revoked_at"?: string | null,"scopes": (string)[]
                  }
                  Update: {
                    "created_at"?: string,"created_by"?: string | null,"expires_at"?: string | null,"hash"?: string,"id"?: string,"last_used_at"?: string | null,"name"?: string,"prefix"?: string,"revoked_at"?: string | null,"scopes"?: (string)[]
                  }
                  Relationships: [
                    {
      foreignKeyName: "api_keys_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "api_keys_created_by_fkey"
      columns: ["created_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"audit_log": {
                  Row: {
                    "action": string,"actor_id": string | null,"at": string,"details": NonNullable<Json>,"id": number,"target_id": string | null,"target_kind": string,"via": string
                  }
                  ComputedFields: never
                  Insert: {
                    "action": string,"actor_id"?: string | null,"at"?: string,"details"?: NonNullable<Json>,"id"?: never,"target_id"?: string | null,"target_kind": string,"via"?: string
                  }
                  Update: {
                    "action"?: string,"actor_id"?: string | null,"at"?: string,"details"?: NonNullable<Json>,"id"?: never,"target_id"?: string | null,"target_kind"?: string,"via"?: string
                  }
                  Relationships: [
                    
                  ]
                },"auth_log": {
                  Row: {
                    "at": string,"event": string,"id": number,"ip": unknown,"session_id": string | null,"user_agent": string | null,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "at"?: string,"event": string,"id"?: never,"ip"?: unknown,"session_id"?: string | null,"user_agent"?: string | null,"user_id": string
                  }
                  Update: {
                    "at"?: string,"event"?: string,"id"?: never,"ip"?: unknown,"session_id"?: string | null,"user_agent"?: string | null,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "auth_log_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    }
                  ]
                },"blocks": {
                  Row: {
                    "blocked_id": string,"blocker_id": string,"created_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "blocked_id": string,"blocker_id": string,"created_at"?: string
                  }
                  Update: {
                    "blocked_id"?: string,"blocker_id"?: string,"created_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "blocks_blocked_account_fkey"
      columns: ["blocked_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    },{
      foreignKeyName: "blocks_blocked_id_fkey"
      columns: ["blocked_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "blocks_blocked_id_fkey"
      columns: ["blocked_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "blocks_blocker_account_fkey"
      columns: ["blocker_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    },{
      foreignKeyName: "blocks_blocker_id_fkey"
      columns: ["blocker_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "blocks_blocker_id_fkey"
      columns: ["blocker_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"bookmarks": {
                  Row: {
                    "channel_id": string,"created_at": string,"note": string | null,"seq": number,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"created_at"?: string,"note"?: string | null,"seq": number,"user_id": string
                  }
                  Update: {
                    "channel_id"?: string,"created_at"?: string,"note"?: string | null,"seq"?: number,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "bookmarks_message_fkey"
      columns: ["channel_id","seq"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["channel_id","seq"]
    },{
      foreignKeyName: "bookmarks_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    }
                  ]
                },"channel_bans": {
                  Row: {
                    "banned_by": string | null,"channel_id": string,"created_at": string,"reason": string,"until": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "banned_by"?: string | null,"channel_id": string,"created_at"?: string,"reason"?: string,"until"?: string,"user_id": string
                  }
                  Update: {
                    "banned_by"?: string | null,"channel_id"?: string,"created_at"?: string,"reason"?: string,"until"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "channel_bans_account_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    },{
      foreignKeyName: "channel_bans_banned_by_fkey"
      columns: ["banned_by"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "channel_bans_banned_by_fkey"
      columns: ["banned_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "channel_bans_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "channel_bans_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "channel_bans_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "channel_bans_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"channel_counters": {
                  Row: {
                    "channel_id": string,"last_change": number,"last_message_at": string | null,"last_rank": number,"last_seq": number,"member_count": number
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"last_change"?: number,"last_message_at"?: string | null,"last_rank"?: number,"last_seq"?: number,"member_count"?: number
                  }
                  Update: {
                    "channel_id"?: string,"last_change"?: number,"last_message_at"?: string | null,"last_rank"?: number,"last_seq"?: number,"member_count"?: number
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
                    "channel_id": string,"joined_at": string,"role": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"joined_at"?: string,"role"?: string,"user_id": string
                  }
                  Update: {
                    "channel_id"?: string,"joined_at"?: string,"role"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "channel_members_account_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    },{
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
                },"channel_states": {
                  Row: {
                    "channel_id": string,"hidden_at": string | null,"last_delivered_seq": number,"last_read_rank": number,"last_read_seq": number,"muted_until": string | null,"notify_level": string | null,"pinned_at": string | null,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"hidden_at"?: string | null,"last_delivered_seq"?: number,"last_read_rank"?: number,"last_read_seq"?: number,"muted_until"?: string | null,"notify_level"?: string | null,"pinned_at"?: string | null,"user_id": string
                  }
                  Update: {
                    "channel_id"?: string,"hidden_at"?: string | null,"last_delivered_seq"?: number,"last_read_rank"?: number,"last_read_seq"?: number,"muted_until"?: string | null,"notify_level"?: string | null,"pinned_at"?: string | null,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "channel_states_member_fkey"
      columns: ["channel_id","user_id"]
isOneToOne: true
      referencedRelation: "channel_members"
      referencedColumns: ["channel_id","user_id"]
    }
                  ]
                },"channels": {
                  Row: {
                    "archived_at": string | null,"created_at": string,"created_by": string | null,"custom": NonNullable<Json>,"deleted_at": string | null,"description": string,"dm_key": string | null,"epoch": number,"founder_id": string | null,"id": string,"is_open": boolean,"kind": string,"name": string | null,"slug": string | null,"member_count": number | null
                  }
                  ComputedFields: "member_count"
                  Insert: {
                    "archived_at"?: string | null,"created_at"?: string,"created_by"?: string | null,"custom"?: NonNullable<Json>,"deleted_at"?: string | null,"description"?: string,"dm_key"?: string | null,"epoch"?: number,"founder_id"?: string | null,"id"?: string,"is_open"?: boolean,"kind": string,"name"?: string | null,"slug"?: string | null
                  }
                  Update: {
                    "archived_at"?: string | null,"created_at"?: string,"created_by"?: string | null,"custom"?: NonNullable<Json>,"deleted_at"?: string | null,"description"?: string,"dm_key"?: string | null,"epoch"?: number,"founder_id"?: string | null,"id"?: string,"is_open"?: boolean,"kind"?: string,"name"?: string | null,"slug"?: string | null
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
    },{
      foreignKeyName: "channels_founder_id_fkey"
      columns: ["founder_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "channels_founder_id_fkey"
      columns: ["founder_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"drafts": {
                  Row: {
                    "body": string,"channel_id": string,"custom": NonNullable<Json>,"parent_seq": number,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "body": string,"channel_id": string,"custom"?: NonNullable<Json>,"parent_seq"?: number,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "body"?: string,"channel_id"?: string,"custom"?: NonNullable<Json>,"parent_seq"?: number,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "drafts_member_fkey"
      columns: ["channel_id","user_id"]
isOneToOne: false
      referencedRelation: "channel_members"
      referencedColumns: ["channel_id","user_id"]
    }
                  ]
                },"files": {
                  Row: {
                    "channel_id": string | null,"created_at": string,"deleted_at": string | null,"expires_at": string,"folder_id": string,"has_thumbnail": boolean,"height": number | null,"id": string,"is_held": boolean,"is_open": boolean,"mime_type": string,"name": string,"path": string,"seq": number | null,"size": number,"uploaded_at": string | null,"uploader_id": string | null,"width": number | null
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id"?: string | null,"created_at"?: string,"deleted_at"?: string | null,"expires_at"?: string,"folder_id": string,"has_thumbnail"?: boolean,"height"?: number | null,"id"?: string,"is_held"?: boolean,"is_open"?: boolean,"mime_type": string,"name": string,"path"?: never,"seq"?: number | null,"size": number,"uploaded_at"?: string | null,"uploader_id"?: string | null,"width"?: number | null
                  }
                  Update: {
                    "channel_id"?: string | null,"created_at"?: string,"deleted_at"?: string | null,"expires_at"?: string,"folder_id"?: string,"has_thumbnail"?: boolean,"height"?: number | null,"id"?: string,"is_held"?: boolean,"is_open"?: boolean,"mime_type"?: string,"name"?: string,"path"?: never,"seq"?: number | null,"size"?: number,"uploaded_at"?: string | null,"uploader_id"?: string | null,"width"?: number | null
                  }
                  Relationships: [
                    {
      foreignKeyName: "files_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "files_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "files_message_fkey"
      columns: ["channel_id","seq"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["channel_id","seq"]
    },{
      foreignKeyName: "files_uploader_id_fkey"
      columns: ["uploader_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "files_uploader_id_fkey"
      columns: ["uploader_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"mentions": {
                  Row: {
                    "channel_id": string,"seq": number,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"seq": number,"user_id": string
                  }
                  Update: {
                    "channel_id"?: string,"seq"?: number,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "mentions_message_fkey"
      columns: ["channel_id","seq"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["channel_id","seq"]
    },{
      foreignKeyName: "mentions_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    }
                  ]
                },"message_edits": {
                  Row: {
                    "body": string,"change": number,"channel_id": string,"custom": NonNullable<Json>,"files": NonNullable<Json>,"replaced_by": string | null,"seq": number,"written_at": string
                  }
                  ComputedFields: never
                  Insert: {
                    "body": string,"change": number,"channel_id": string,"custom": NonNullable<Json>,"files": NonNullable<Json>,"replaced_by"?: string | null,"seq": number,"written_at": string
                  }
                  Update: {
                    "body"?: string,"change"?: number,"channel_id"?: string,"custom"?: NonNullable<Json>,"files"?: NonNullable<Json>,"replaced_by"?: string | null,"seq"?: number,"written_at"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "message_edits_message_fkey"
      columns: ["channel_id","seq"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["channel_id","seq"]
    },{
      foreignKeyName: "message_edits_replaced_by_fkey"
      columns: ["replaced_by"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "message_edits_replaced_by_fkey"
      columns: ["replaced_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"messages": {
                  Row: {
                    "author_id": string | null,"author_rank": number,"body": string,"change": number,"channel_id": string,"created_at": string,"custom": NonNullable<Json>,"deleted_at": string | null,"deleted_by": string | null,"edited_at": string | null,"file_ids": (string)[],"files": NonNullable<Json>,"id": string,"in_channel": boolean,"kind": string,"last_reply_at": string | null,"link_preview": Json | null,"mention_ids": (string)[],"mentions_everyone": string | null,"parent_seq": number | null,"pinned_at": string | null,"pinned_by": string | null,"rank": number,"reaction_counts": NonNullable<Json>,"reply_count": number,"reply_rank": number,"reply_total": number,"reply_user_ids": (string)[],"seq": number,"my_reactions": (string)[] | null
                  }
                  ComputedFields: "my_reactions"
                  Insert: {
                    "author_id"?: string | null,"author_rank"?: number,"body"?: string,"change"?: number,"channel_id": string,"created_at"?: string,"custom"?: NonNullable<Json>,"deleted_at"?: string | null,"deleted_by"?: string | null,"edited_at"?: string | null,"file_ids"?: (string)[],"files"?: NonNullable<Json>,"id"?: string,"in_channel"?: boolean,"kind"?: string,"last_reply_at"?: string | null,"link_preview"?: Json | null,"mention_ids"?: (string)[],"mentions_everyone"?: string | null,"parent_seq"?: number | null,"pinned_at"?: string | null,"pinned_by"?: string | null,"rank"?: number,"reaction_counts"?: NonNullable<Json>,"reply_count"?: number,"reply_rank"?: number,"reply_total"?: number,"reply_user_ids"?: (string)[],"seq": number
                  }
                  Update: {
                    "author_id"?: string | null,"author_rank"?: number,"body"?: string,"change"?: number,"channel_id"?: string,"created_at"?: string,"custom"?: NonNullable<Json>,"deleted_at"?: string | null,"deleted_by"?: string | null,"edited_at"?: string | null,"file_ids"?: (string)[],"files"?: NonNullable<Json>,"id"?: string,"in_channel"?: boolean,"kind"?: string,"last_reply_at"?: string | null,"link_preview"?: Json | null,"mention_ids"?: (string)[],"mentions_everyone"?: string | null,"parent_seq"?: number | null,"pinned_at"?: string | null,"pinned_by"?: string | null,"rank"?: number,"reaction_counts"?: NonNullable<Json>,"reply_count"?: number,"reply_rank"?: number,"reply_total"?: number,"reply_user_ids"?: (string)[],"seq"?: number
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
    },{
      foreignKeyName: "messages_deleted_by_fkey"
      columns: ["deleted_by"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "messages_deleted_by_fkey"
      columns: ["deleted_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "messages_parent_fkey"
      columns: ["channel_id","parent_seq"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["channel_id","seq"]
    },{
      foreignKeyName: "messages_pinned_by_fkey"
      columns: ["pinned_by"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "messages_pinned_by_fkey"
      columns: ["pinned_by"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"notifications": {
                  Row: {
                    "actor_id": string | null,"channel_id": string | null,"created_at": string,"custom": NonNullable<Json>,"id": string,"in_channel": boolean,"is_silent": boolean,"message_id": string | null,"parent_seq": number | null,"read_at": string | null,"seq": number | null,"text": string,"type": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "actor_id"?: string | null,"channel_id"?: string | null,"created_at"?: string,"custom"?: NonNullable<Json>,"id"?: string,"in_channel"?: boolean,"is_silent"?: boolean,"message_id"?: string | null,"parent_seq"?: number | null,"read_at"?: string | null,"seq"?: number | null,"text"?: string,"type": string,"user_id": string
                  }
                  Update: {
                    "actor_id"?: string | null,"channel_id"?: string | null,"created_at"?: string,"custom"?: NonNullable<Json>,"id"?: string,"in_channel"?: boolean,"is_silent"?: boolean,"message_id"?: string | null,"parent_seq"?: number | null,"read_at"?: string | null,"seq"?: number | null,"text"?: string,"type"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "notifications_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "notifications_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "notifications_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "notifications_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "notifications_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    }
                  ]
                },"preferences": {
                  Row: {
                    "dnd_enabled": boolean,"dnd_end": string,"dnd_start": string,"level": string,"notifications": boolean,"preview": boolean,"share_receipts": boolean,"sound": boolean,"timezone": string,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "dnd_enabled"?: boolean,"dnd_end"?: string,"dnd_start"?: string,"level"?: string,"notifications"?: boolean,"preview"?: boolean,"share_receipts"?: boolean,"sound"?: boolean,"timezone"?: string,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "dnd_enabled"?: boolean,"dnd_end"?: string,"dnd_start"?: string,"level"?: string,"notifications"?: boolean,"preview"?: boolean,"share_receipts"?: boolean,"sound"?: boolean,"timezone"?: string,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "preferences_user_id_fkey"
      columns: ["user_id"]
isOneToOne: true
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    }
                  ]
                },"presence": {
                  Row: {
                    "activity": string | null,"last_seen_at": string | null,"manual_status": string | null,"status": string,"status_emoji": string | null,"status_expires_at": string | null,"status_text": string | null,"updated_at": string,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "activity"?: string | null,"last_seen_at"?: string | null,"manual_status"?: string | null,"status"?: string,"status_emoji"?: string | null,"status_expires_at"?: string | null,"status_text"?: string | null,"updated_at"?: string,"user_id": string
                  }
                  Update: {
                    "activity"?: string | null,"last_seen_at"?: string | null,"manual_status"?: string | null,"status"?: string,"status_emoji"?: string | null,"status_expires_at"?: string | null,"status_text"?: string | null,"updated_at"?: string,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "presence_user_id_fkey"
      columns: ["user_id"]
isOneToOne: true
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    }
                  ]
                },"profiles": {
                  Row: {
                    "avatar_url": string | null,"created_at": string,"custom": NonNullable<Json>,"deleted_at": string | null,"id": string,"name": string,"title": string | null,"updated_at": string,"username": string
                  }
                  ComputedFields: never
                  Insert: {
                    "avatar_url"?: string | null,"created_at"?: string,"custom"?: NonNullable<Json>,"deleted_at"?: string | null,"id": string,"name": string,"title"?: string | null,"updated_at"?: string,"username": string
                  }
                  Update: {
                    "avatar_url"?: string | null,"created_at"?: string,"custom"?: NonNullable<Json>,"deleted_at"?: string | null,"id"?: string,"name"?: string,"title"?: string | null,"updated_at"?: string,"username"?: string
                  }
                  Relationships: [
                    
                  ]
                },"reactions": {
                  Row: {
                    "channel_id": string,"created_at": string,"emoji": string,"seq": number,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"created_at"?: string,"emoji": string,"seq": number,"user_id": string
                  }
                  Update: {
                    "channel_id"?: string,"created_at"?: string,"emoji"?: string,"seq"?: number,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "reactions_account_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    },{
      foreignKeyName: "reactions_message_fkey"
      columns: ["channel_id","seq"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["channel_id","seq"]
    },{
      foreignKeyName: "reactions_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "reactions_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    }
                  ]
                },"receipts": {
                  Row: {
                    "channel_id": string,"delivered_seq": number,"read_at": string | null,"read_seq": number,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"delivered_seq"?: number,"read_at"?: string | null,"read_seq"?: number,"user_id": string
                  }
                  Update: {
                    "channel_id"?: string,"delivered_seq"?: number,"read_at"?: string | null,"read_seq"?: number,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "receipts_member_fkey"
      columns: ["channel_id","user_id"]
isOneToOne: true
      referencedRelation: "channel_members"
      referencedColumns: ["channel_id","user_id"]
    }
                  ]
                },"scheduled_messages": {
                  Row: {
                    "also_in_channel": boolean,"author_id": string,"body": string,"channel_id": string,"created_at": string,"custom": NonNullable<Json>,"ended_at": string | null,"failure": string | null,"file_ids": (string)[],"id": string,"parent_seq": number | null,"scheduled_for": string,"status": string
                  }
                  ComputedFields: never
                  Insert: {
                    "also_in_channel"?: boolean,"author_id"?: string,"body"?: string,"channel_id": string,"created_at"?: string,"custom"?: NonNullable<Json>,"ended_at"?: string | null,"failure"?: string | null,"file_ids"?: (string)[],"id"?: string,"parent_seq"?: number | null,"scheduled_for": string,"status"?: string
                  }
                  Update: {
                    "also_in_channel"?: boolean,"author_id"?: string,"body"?: string,"channel_id"?: string,"created_at"?: string,"custom"?: NonNullable<Json>,"ended_at"?: string | null,"failure"?: string | null,"file_ids"?: (string)[],"id"?: string,"parent_seq"?: number | null,"scheduled_for"?: string,"status"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "scheduled_messages_author_id_fkey"
      columns: ["author_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    },{
      foreignKeyName: "scheduled_messages_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "scheduled_messages_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "scheduled_messages_parent_fkey"
      columns: ["channel_id","parent_seq"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["channel_id","seq"]
    }
                  ]
                },"settings": {
                  Row: {
                    "default_value": NonNullable<Json>,"description": string,"maximum": number | null,"minimum": number | null,"name": string,"value": NonNullable<Json>
                  }
                  ComputedFields: never
                  Insert: {
                    "default_value": NonNullable<Json>,"description": string,"maximum"?: number | null,"minimum"?: number | null,"name": string,"value": NonNullable<Json>
                  }
                  Update: {
                    "default_value"?: NonNullable<Json>,"description"?: string,"maximum"?: number | null,"minimum"?: number | null,"name"?: string,"value"?: NonNullable<Json>
                  }
                  Relationships: [
                    
                  ]
                },"thread_members": {
                  Row: {
                    "channel_id": string,"is_following": boolean,"last_read_rank": number,"last_read_seq": number,"root_seq": number,"user_id": string
                  }
                  ComputedFields: never
                  Insert: {
                    "channel_id": string,"is_following"?: boolean,"last_read_rank"?: number,"last_read_seq"?: number,"root_seq": number,"user_id": string
                  }
                  Update: {
                    "channel_id"?: string,"is_following"?: boolean,"last_read_rank"?: number,"last_read_seq"?: number,"root_seq"?: number,"user_id"?: string
                  }
                  Relationships: [
                    {
      foreignKeyName: "thread_members_member_fkey"
      columns: ["channel_id","user_id"]
isOneToOne: false
      referencedRelation: "channel_members"
      referencedColumns: ["channel_id","user_id"]
    },{
      foreignKeyName: "thread_members_root_fkey"
      columns: ["channel_id","root_seq"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["channel_id","seq"]
    }
                  ]
                }
          }
          Views: {
            "my_channels": {
                  Row: {
                    "archived_at": string | null,"created_at": string,"created_by": string | null,"custom": NonNullable<Json>,"description": string,"dm_avatar_url": string | null,"dm_name": string | null,"dm_user_id": string | null,"dm_username": string | null,"epoch": number,"group_name": string | null,"hidden_at": string | null,"id": string,"kind": string,"last_activity_at": string | null,"last_change": number,"last_delivered_seq": number,"last_read_seq": number,"last_seq": number,"member_count": number,"mention_count": number | null,"muted_until": string | null,"name": string | null,"notify_level": string | null,"pinned_at": string | null,"rights": (string)[] | null,"role": string,"slug": string | null,"unread_count": number | null
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
                },"my_notifications": {
                  Row: {
                    "actor": Json | null,"actor_id": string | null,"channel": Json | null,"channel_id": string | null,"created_at": string,"custom": NonNullable<Json>,"id": string,"in_channel": boolean,"is_silent": boolean,"message_id": string | null,"parent_seq": number | null,"read_at": string | null,"seq": number | null,"text": string,"type": string,"unread_count": number | null,"user_id": string
                  }
                  ComputedFields: never
                  Relationships: [
                    {
      foreignKeyName: "notifications_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["dm_user_id"]
    },{
      foreignKeyName: "notifications_actor_id_fkey"
      columns: ["actor_id"]
isOneToOne: false
      referencedRelation: "profiles"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "notifications_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "notifications_channel_id_fkey"
      columns: ["channel_id"]
isOneToOne: false
      referencedRelation: "my_channels"
      referencedColumns: ["id"]
    },{
      foreignKeyName: "notifications_user_id_fkey"
      columns: ["user_id"]
isOneToOne: false
      referencedRelation: "accounts"
      referencedColumns: ["user_id"]
    }
                  ]
                },"my_threads": {
                  Row: {
                    "author_id": string | null,"body": string,"channel_id": string,"last_read_seq": number,"last_reply_at": string | null,"reply_count": number,"reply_user_ids": (string)[],"root_id": string,"root_seq": number,"unread_count": number | null
                  }
                  ComputedFields: never
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
      foreignKeyName: "thread_members_root_fkey"
      columns: ["channel_id","root_seq"]
isOneToOne: false
      referencedRelation: "messages"
      referencedColumns: ["channel_id","seq"]
    }
                  ]
                }
          }
          Functions: {
            "activate_user":
{ Args: { "user_id": string }; Returns: undefined
                           },
"add_bookmark":
{ Args: { "channel_id": string,"note"?: string,"seq": number }; Returns: {
              "channel_id": string,
"created_at": string,
"note": string | null,
"seq": number,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "bookmarks"
        isOneToOne: true
        isSetofReturn: true
      } },
"add_members":
{ Args: { "channel_id": string,"role"?: string,"user_ids": (string)[] }; Returns: {
              "channel_id": string,
"joined_at": string,
"role": string,
"user_id": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "channel_members"
        isOneToOne: false
        isSetofReturn: true
      } },
"add_people":
{ Args: { "channel_id": string,"people": (string)[] }; Returns: undefined
                           },
"add_reaction":
{ Args: { "channel_id": string,"emoji": string,"replace"?: boolean,"seq": number }; Returns: {
              "channel_id": string,
"created_at": string,
"emoji": string,
"seq": number,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "reactions"
        isOneToOne: true
        isSetofReturn: true
      } },
"archive_channel":
{ Args: { "channel_id": string,"is_archived"?: boolean }; Returns: {
              "archived_at": string | null,
"created_at": string,
"created_by": string | null,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"founder_id": string | null,
"id": string,
"is_open": boolean,
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
"ban_member":
{ Args: { "channel_id": string,"reason"?: string,"until"?: string,"user_id": string }; Returns: {
              "banned_by": string | null,
"channel_id": string,
"created_at": string,
"reason": string,
"until": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "channel_bans"
        isOneToOne: true
        isSetofReturn: true
      } },
"block_user":
{ Args: { "user_id": string }; Returns: {
              "blocked_id": string,
"blocker_id": string,
"created_at": string
            }
                          SetofOptions: {
        from: "*"
        to: "blocks"
        isOneToOne: true
        isSetofReturn: true
      } },
"cancel_file":
{ Args: { "channel_id": string,"id": string }; Returns: boolean
                           },
"cancel_scheduled_message":
{ Args: { "id": string }; Returns: {
              "also_in_channel": boolean,
"author_id": string,
"body": string,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"ended_at": string | null,
"failure": string | null,
"file_ids": (string)[],
"id": string,
"parent_seq": number | null,
"scheduled_for": string,
"status": string
            }
                          SetofOptions: {
        from: "*"
        to: "scheduled_messages"
        isOneToOne: true
        isSetofReturn: true
      } },
"change_channel":
{ Args: { "channel_id": string,"description"?: string,"kind"?: string,"slug"?: string }; Returns: Database["chat"]['CompositeTypes']["channel_details"]
                          SetofOptions: {
        from: "*"
        to: "channel_details"
        isOneToOne: true
        isSetofReturn: true
      } },
"change_conversation":
{ Args: { "channel_id": string,"name"?: string,"people"?: (string)[] }; Returns: Database["chat"]['CompositeTypes']["conversation"]
                          SetofOptions: {
        from: "*"
        to: "conversation"
        isOneToOne: true
        isSetofReturn: false
      } },
"change_person":
{ Args: { "avatar_url"?: string,"email"?: string,"user_id": string,"username"?: string }; Returns: {
              "avatar_url": string | null,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"id": string,
"name": string,
"title": string | null,
"updated_at": string,
"username": string
            }
                          SetofOptions: {
        from: "*"
        to: "profiles"
        isOneToOne: true
        isSetofReturn: true
      } },
"check_new_password":
{ Args: { "avatar_url"?: string,"email"?: string,"user_id": string,"username"?: string }; Returns: {
              "avatar_url": string | null,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"id": string,
"name": string,
"title": string | null,
"updated_at": string,
"username": string
            }
                          SetofOptions: {
        from: "*"
        to: "profiles"
        isOneToOne: true
        isSetofReturn: true
      } },
"claim_oauth_state":
{ Args: { "state": string }; Returns: boolean
                           },
"claim_reset_token":
{ Args: { "token": string }; Returns: string
                           },
"claim_suspension_mails":
{ Args: Record<PropertyKey, never>; Returns: {
              "email": string,"reason": string,"user_id": string
            }[]
                           },
"clear_status":
{ Args: Record<PropertyKey, never>; Returns: {
              "activity": string | null,
"last_seen_at": string | null,
"manual_status": string | null,
"status": string,
"status_emoji": string | null,
"status_expires_at": string | null,
"status_text": string | null,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "presence"
        isOneToOne: true
        isSetofReturn: true
      } },
"count_accounts":
{ Args: { "query"?: string,"suspended"?: boolean,"user_role"?: string }; Returns: number
                           },
"count_sms":
{ Args: { "phone": string,"user_id": string }; Returns: undefined
                           },
"create_api_key":
{ Args: { "expires_at"?: string,"name": string,"scopes"?: (string)[] }; Returns: {
              "id": string,"secret": string
            }[]
                           },
"create_channel":
{ Args: { "custom"?: Json,"description"?: string,"id"?: string,"is_open"?: boolean,"kind"?: string,"member_ids"?: (string)[],"name"?: string,"slug"?: string }; Returns: {
              "archived_at": string | null,
"created_at": string,
"created_by": string | null,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"founder_id": string | null,
"id": string,
"is_open": boolean,
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
"create_file":
{ Args: { "channel_id"?: string,"height"?: number,"id"?: string,"mime_type": string,"name": string,"size"?: number,"width"?: number }; Returns: {
              "channel_id": string | null,
"created_at": string,
"deleted_at": string | null,
"expires_at": string,
"folder_id": string,
"has_thumbnail": boolean,
"height": number | null,
"id": string,
"is_held": boolean,
"is_open": boolean,
"mime_type": string,
"name": string,
"path": string,
"seq": number | null,
"size": number,
"uploaded_at": string | null,
"uploader_id": string | null,
"width": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "files"
        isOneToOne: true
        isSetofReturn: true
      } },
"create_group":
{ Args: { "custom"?: Json,"description"?: string,"id"?: string,"member_ids": (string)[],"name"?: string }; Returns: {
              "archived_at": string | null,
"created_at": string,
"created_by": string | null,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"founder_id": string | null,
"id": string,
"is_open": boolean,
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
"delete_account":
{ Args: { "user_id": string }; Returns: undefined
                           },
"delete_channel":
{ Args: { "channel_id": string }; Returns: undefined
                           },
"delete_conversation":
{ Args: { "channel_id": string }; Returns: undefined
                           },
"delete_file":
{ Args: { "id": string }; Returns: {
              "channel_id": string | null,
"created_at": string,
"deleted_at": string | null,
"expires_at": string,
"folder_id": string,
"has_thumbnail": boolean,
"height": number | null,
"id": string,
"is_held": boolean,
"is_open": boolean,
"mime_type": string,
"name": string,
"path": string,
"seq": number | null,
"size": number,
"uploaded_at": string | null,
"uploader_id": string | null,
"width": number | null
            }
                          SetofOptions: {
        from: "*"
        to: "files"
        isOneToOne: true
        isSetofReturn: true
      } },
"delete_message":
{ Args: { "channel_id": string,"seq": number }; Returns: {
              "author_id": string | null,
"author_rank": number,
"body": string,
"change": number,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"deleted_by": string | null,
"edited_at": string | null,
"file_ids": (string)[],
"files": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"kind": string,
"last_reply_at": string | null,
"link_preview": Json | null,
"mention_ids": (string)[],
"mentions_everyone": string | null,
"parent_seq": number | null,
"pinned_at": string | null,
"pinned_by": string | null,
"rank": number,
"reaction_counts": NonNullable<Json>,
"reply_count": number,
"reply_rank": number,
"reply_total": number,
"reply_user_ids": (string)[],
"seq": number
            }
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: true
        isSetofReturn: true
      } },
"delete_message_by_id":
{ Args: { "channel_id"?: string,"id": string }; Returns: undefined
                           },
"delete_notification":
{ Args: { "id": string }; Returns: undefined
                           },
"delete_user":
{ Args: { "user_id": string }; Returns: undefined
                           },
"edit_message":
{ Args: { "body"?: string,"channel_id": string,"custom"?: Json,"seq": number }; Returns: {
              "author_id": string | null,
"author_rank": number,
"body": string,
"change": number,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"deleted_by": string | null,
"edited_at": string | null,
"file_ids": (string)[],
"files": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"kind": string,
"last_reply_at": string | null,
"link_preview": Json | null,
"mention_ids": (string)[],
"mentions_everyone": string | null,
"parent_seq": number | null,
"pinned_at": string | null,
"pinned_by": string | null,
"rank": number,
"reaction_counts": NonNullable<Json>,
"reply_count": number,
"reply_rank": number,
"reply_total": number,
"reply_user_ids": (string)[],
"seq": number
            }
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: true
        isSetofReturn: true
      } },
"edit_message_by_id":
{ Args: { "body": string,"channel_id"?: string,"id": string }; Returns: Database["chat"]['CompositeTypes']["full_message"]
                          SetofOptions: {
        from: "*"
        to: "full_message"
        isOneToOne: true
        isSetofReturn: false
      } },
"find_messages":
{ Args: { "after"?: string,"before"?: string,"channel_id"?: string,"from_id"?: string,"page_size"?: number,"query": string }; Returns: Database["chat"]['CompositeTypes']["found_page"]
                          SetofOptions: {
        from: "*"
        to: "found_page"
        isOneToOne: true
        isSetofReturn: false
      } },
"find_people":
{ Args: { "names": (string)[] }; Returns: Database["chat"]['CompositeTypes']["person"][]
                          SetofOptions: {
        from: "*"
        to: "person"
        isOneToOne: false
        isSetofReturn: true
      } },
"follow_thread":
{ Args: { "channel_id": string,"is_following"?: boolean,"root_seq": number }; Returns: {
              "channel_id": string,
"is_following": boolean,
"last_read_rank": number,
"last_read_seq": number,
"root_seq": number,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "thread_members"
        isOneToOne: true
        isSetofReturn: true
      } },
"get_account":
{ Args: Record<PropertyKey, never>; Returns: Database["chat"]['CompositeTypes']["account_details"]
                          SetofOptions: {
        from: "*"
        to: "account_details"
        isOneToOne: true
        isSetofReturn: true
      } },
"get_channel":
{ Args: { "channel_id": string }; Returns: Database["chat"]['CompositeTypes']["channel_details"]
                          SetofOptions: {
        from: "*"
        to: "channel_details"
        isOneToOne: true
        isSetofReturn: true
      } },
"get_contact":
{ Args: { "user_id": string }; Returns: Database["chat"]['CompositeTypes']["contact"]
                          SetofOptions: {
        from: "*"
        to: "contact"
        isOneToOne: true
        isSetofReturn: true
      } },
"get_message":
{ Args: { "id": string }; Returns: {
              "author_id": string | null,
"author_rank": number,
"body": string,
"change": number,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"deleted_by": string | null,
"edited_at": string | null,
"file_ids": (string)[],
"files": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"kind": string,
"last_reply_at": string | null,
"link_preview": Json | null,
"mention_ids": (string)[],
"mentions_everyone": string | null,
"parent_seq": number | null,
"pinned_at": string | null,
"pinned_by": string | null,
"rank": number,
"reaction_counts": NonNullable<Json>,
"reply_count": number,
"reply_rank": number,
"reply_total": number,
"reply_user_ids": (string)[],
"seq": number
            }
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: true
        isSetofReturn: true
      } },
"get_metrics":
{ Args: Record<PropertyKey, never>; Returns: {
              "active_connections": number,"messages_per_second": number,"total_messages": number
            }[]
                           },
"get_notification_settings":
{ Args: Record<PropertyKey, never>; Returns: Database["chat"]['CompositeTypes']["notification_settings"]
                          SetofOptions: {
        from: "*"
        to: "notification_settings"
        isOneToOne: true
        isSetofReturn: true
      } },
"get_preferences":
{ Args: Record<PropertyKey, never>; Returns: {
              "dnd_enabled": boolean,
"dnd_end": string,
"dnd_start": string,
"level": string,
"notifications": boolean,
"preview": boolean,
"share_receipts": boolean,
"sound": boolean,
"timezone": string,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "preferences"
        isOneToOne: true
        isSetofReturn: true
      } },
"get_presence":
{ Args: { "user_ids": (string)[] }; Returns: {
              "activity": string,"last_seen_at": string,"manual_status": string,"status": string,"status_emoji": string,"status_expires_at": string,"status_text": string,"updated_at": string,"user_id": string
            }[]
                           },
"get_presence_topic":
{ Args: Record<PropertyKey, never>; Returns: string
                           },
"get_readable_file":
{ Args: { "id": string }; Returns: Database["chat"]['CompositeTypes']["readable_file"]
                          SetofOptions: {
        from: "*"
        to: "readable_file"
        isOneToOne: true
        isSetofReturn: false
      } },
"get_stats":
{ Args: Record<PropertyKey, never>; Returns: {
              "active_users": number,"counted_at": string,"messages": number,"messages_per_day": number,"messages_today": number,"new_users": number,"private_channels": number,"public_channels": number,"storage_bytes": number,"storage_limit_bytes": number,"users": number
            }[]
                           },
"go_offline":
{ Args: { "connection_id"?: string }; Returns: undefined
                           },
"heartbeat":
{ Args: { "channel_ids"?: (string)[],"connection_id"?: string,"is_active"?: boolean }; Returns: {
              "epoch": number,"id": string,"last_change": number,"last_seq": number
            }[]
                           },
"is_password":
{ Args: { "email": string,"ip": string,"password": string }; Returns: boolean
                           },
"issue_email_code":
{ Args: { "email": string }; Returns: string
                           },
"issue_reset_token":
{ Args: { "email": string }; Returns: string
                           },
"join_and_post":
{ Args: { "body"?: string,"channel_id": string,"file_ids"?: (string)[],"senders"?: (string)[] }; Returns: Database["chat"]['CompositeTypes']["full_message"]
                          SetofOptions: {
        from: "*"
        to: "full_message"
        isOneToOne: true
        isSetofReturn: false
      } },
"join_channel":
{ Args: { "channel_id": string }; Returns: {
              "archived_at": string | null,
"created_at": string,
"created_by": string | null,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"founder_id": string | null,
"id": string,
"is_open": boolean,
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
"keep_file":
{ Args: { "id": string }; Returns: undefined
                           },
"leave_channel":
{ Args: { "channel_id": string }; Returns: undefined
                           },
"list_accounts":
{ Args: { "after_username"?: string,"page_size"?: number,"query"?: string,"skip"?: number,"suspended"?: boolean,"user_role"?: string }; Returns: {
              "avatar_url": string,"channel_count": number,"created_at": string,"email": string,"email_verified_at": string,"id": string,"last_seen_at": string,"last_sign_in_at": string,"name": string,"phone": string,"role": string,"suspend_reason": string,"suspended_at": string,"suspended_by": string,"username": string
            }[]
                           },
"list_api_keys":
{ Args: { "before_id"?: string,"page_size"?: number }; Returns: {
              "created_at": string,"created_by": string,"expires_at": string,"id": string,"last_used_at": string,"name": string,"prefix": string,"revoked_at": string,"scopes": (string)[]
            }[]
                           },
"list_audit_log":
{ Args: { "action"?: string,"actor_id"?: string,"before_id"?: number,"page_size"?: number,"target_id"?: string }; Returns: {
              "action": string,
"actor_id": string | null,
"at": string,
"details": NonNullable<Json>,
"id": number,
"target_id": string | null,
"target_kind": string,
"via": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "audit_log"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_auth_log":
{ Args: { "before_id"?: number,"of_everyone"?: boolean,"page_size"?: number,"user_id"?: string }; Returns: {
              "at": string,
"event": string,
"id": number,
"ip": unknown,
"session_id": string | null,
"user_agent": string | null,
"user_id": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "auth_log"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_blocks":
{ Args: { "before_time"?: string,"before_user_id"?: string,"page_size"?: number }; Returns: {
              "blocked_id": string,
"blocker_id": string,
"created_at": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "blocks"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_changes":
{ Args: { "after_change": number,"channel_id": string,"page_size"?: number }; Returns: {
              "author_id": string | null,
"author_rank": number,
"body": string,
"change": number,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"deleted_by": string | null,
"edited_at": string | null,
"file_ids": (string)[],
"files": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"kind": string,
"last_reply_at": string | null,
"link_preview": Json | null,
"mention_ids": (string)[],
"mentions_everyone": string | null,
"parent_seq": number | null,
"pinned_at": string | null,
"pinned_by": string | null,
"rank": number,
"reaction_counts": NonNullable<Json>,
"reply_count": number,
"reply_rank": number,
"reply_total": number,
"reply_user_ids": (string)[],
"seq": number
            }[]
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_edits":
{ Args: { "channel_id": string,"page_size"?: number,"seq": number }; Returns: {
              "body": string,
"change": number,
"channel_id": string,
"custom": NonNullable<Json>,
"files": NonNullable<Json>,
"replaced_by": string | null,
"seq": number,
"written_at": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "message_edits"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_files":
{ Args: { "before_seq"?: number,"channel_id": string,"page_size"?: number }; Returns: {
              "channel_id": string | null,
"created_at": string,
"deleted_at": string | null,
"expires_at": string,
"folder_id": string,
"has_thumbnail": boolean,
"height": number | null,
"id": string,
"is_held": boolean,
"is_open": boolean,
"mime_type": string,
"name": string,
"path": string,
"seq": number | null,
"size": number,
"uploaded_at": string | null,
"uploader_id": string | null,
"width": number | null
            }[]
                          SetofOptions: {
        from: "*"
        to: "files"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_messages":
{ Args: { "after_seq"?: number,"before_seq"?: number,"channel_id": string,"page_size"?: number,"with_replies"?: boolean }; Returns: {
              "author_id": string | null,
"author_rank": number,
"body": string,
"change": number,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"deleted_by": string | null,
"edited_at": string | null,
"file_ids": (string)[],
"files": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"kind": string,
"last_reply_at": string | null,
"link_preview": Json | null,
"mention_ids": (string)[],
"mentions_everyone": string | null,
"parent_seq": number | null,
"pinned_at": string | null,
"pinned_by": string | null,
"rank": number,
"reaction_counts": NonNullable<Json>,
"reply_count": number,
"reply_rank": number,
"reply_total": number,
"reply_user_ids": (string)[],
"seq": number
            }[]
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_notifications":
{ Args: { "before"?: string,"only_unread"?: boolean,"page_size"?: number,"types"?: (string)[] }; Returns: {
              "actor": Json | null,
"actor_id": string | null,
"channel": Json | null,
"channel_id": string | null,
"created_at": string,
"custom": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"is_silent": boolean,
"message_id": string | null,
"parent_seq": number | null,
"read_at": string | null,
"seq": number | null,
"text": string,
"type": string,
"unread_count": number | null,
"user_id": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "my_notifications"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_people":
{ Args: { "after"?: string,"page_size"?: number }; Returns: Database["chat"]['CompositeTypes']["contact"][]
                          SetofOptions: {
        from: "*"
        to: "contact"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_pins":
{ Args: { "before"?: string,"channel_id": string,"page_size"?: number }; Returns: {
              "author_id": string | null,
"author_rank": number,
"body": string,
"change": number,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"deleted_by": string | null,
"edited_at": string | null,
"file_ids": (string)[],
"files": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"kind": string,
"last_reply_at": string | null,
"link_preview": Json | null,
"mention_ids": (string)[],
"mentions_everyone": string | null,
"parent_seq": number | null,
"pinned_at": string | null,
"pinned_by": string | null,
"rank": number,
"reaction_counts": NonNullable<Json>,
"reply_count": number,
"reply_rank": number,
"reply_total": number,
"reply_user_ids": (string)[],
"seq": number
            }[]
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_public_channels":
{ Args: { "after"?: string,"page_size"?: number }; Returns: {
              "created_at": string,"created_by": string,"description": string,"id": string,"kind": string,"member_count": number,"name": string,"slug": string
            }[]
                           },
"list_readable_channels":
{ Args: { "before"?: string,"page_size"?: number }; Returns: Database["chat"]['CompositeTypes']["readable_channel"][]
                          SetofOptions: {
        from: "*"
        to: "readable_channel"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_readable_files":
{ Args: { "before"?: string,"page_size"?: number,"page_skip"?: number }; Returns: Database["chat"]['CompositeTypes']["readable_file"][]
                          SetofOptions: {
        from: "*"
        to: "readable_file"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_readable_messages":
{ Args: { "before_id"?: string,"channel_id": string,"page_size"?: number }; Returns: (Database["chat"]['CompositeTypes']["full_message"])[]
                           },
"list_replies":
{ Args: { "after_seq"?: number,"before_seq"?: number,"channel_id": string,"page_size"?: number,"parent_seq": number }; Returns: {
              "author_id": string | null,
"author_rank": number,
"body": string,
"change": number,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"deleted_by": string | null,
"edited_at": string | null,
"file_ids": (string)[],
"files": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"kind": string,
"last_reply_at": string | null,
"link_preview": Json | null,
"mention_ids": (string)[],
"mentions_everyone": string | null,
"parent_seq": number | null,
"pinned_at": string | null,
"pinned_by": string | null,
"rank": number,
"reaction_counts": NonNullable<Json>,
"reply_count": number,
"reply_rank": number,
"reply_total": number,
"reply_user_ids": (string)[],
"seq": number
            }[]
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: false
        isSetofReturn: true
      } },
"list_scheduled_messages":
{ Args: { "before_id"?: string,"before_time"?: string,"page_size"?: number,"status"?: string }; Returns: {
              "also_in_channel": boolean,
"author_id": string,
"body": string,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"ended_at": string | null,
"failure": string | null,
"file_ids": (string)[],
"id": string,
"parent_seq": number | null,
"scheduled_for": string,
"status": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "scheduled_messages"
        isOneToOne: false
        isSetofReturn: true
      } },
"mark_all_notifications_read":
{ Args: { "up_to"?: string }; Returns: number
                           },
"mark_delivered":
{ Args: { "channel_id": string,"seq": number }; Returns: undefined
                           },
"mark_notification_read":
{ Args: { "id": string }; Returns: undefined
                           },
"mark_notifications_read":
{ Args: { "ids": (string)[] }; Returns: number
                           },
"mark_read":
{ Args: { "channel_id": string,"seq": number }; Returns: {
              "channel_id": string,
"hidden_at": string | null,
"last_delivered_seq": number,
"last_read_rank": number,
"last_read_seq": number,
"muted_until": string | null,
"notify_level": string | null,
"pinned_at": string | null,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "channel_states"
        isOneToOne: true
        isSetofReturn: true
      } },
"mark_thread_read":
{ Args: { "channel_id": string,"root_seq": number,"seq": number }; Returns: {
              "channel_id": string,
"is_following": boolean,
"last_read_rank": number,
"last_read_seq": number,
"root_seq": number,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "thread_members"
        isOneToOne: true
        isSetofReturn: true
      } },
"mark_unread":
{ Args: { "channel_id": string,"seq": number }; Returns: {
              "channel_id": string,
"hidden_at": string | null,
"last_delivered_seq": number,
"last_read_rank": number,
"last_read_seq": number,
"muted_until": string | null,
"notify_level": string | null,
"pinned_at": string | null,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "channel_states"
        isOneToOne: true
        isSetofReturn: true
      } },
"member_count":
{ Args: { "channel": Omit<Database["chat"]['Tables']["channels"]['Row'], Database["chat"]['Tables']["channels"]['ComputedFields']> }; Returns: number
                           },
"my_reactions":
{ Args: { "message": Omit<Database["chat"]['Tables']["messages"]['Row'], Database["chat"]['Tables']["messages"]['ComputedFields']> }; Returns: (string)[]
                           },
"my_unread":
{ Args: Record<PropertyKey, never>; Returns: {
              "channel_id": string,"last_activity_at": string,"last_change": number,"last_seq": number,"mention_count": number,"unread_count": number
            }[]
                           },
"newest_challenge":
{ Args: { "user_id": string }; Returns: {
              "challenge_id": string,"factor_id": string
            }[]
                           },
"open_conversation":
{ Args: { "name"?: string,"people": (string)[] }; Returns: Database["chat"]['CompositeTypes']["opened_conversation"]
                          SetofOptions: {
        from: "*"
        to: "opened_conversation"
        isOneToOne: true
        isSetofReturn: false
      } },
"open_dm":
{ Args: { "to_oneself"?: boolean,"user_id": string }; Returns: {
              "archived_at": string | null,
"created_at": string,
"created_by": string | null,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"founder_id": string | null,
"id": string,
"is_open": boolean,
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
"pin_message":
{ Args: { "channel_id": string,"is_pinned"?: boolean,"seq": number }; Returns: {
              "author_id": string | null,
"author_rank": number,
"body": string,
"change": number,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"deleted_by": string | null,
"edited_at": string | null,
"file_ids": (string)[],
"files": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"kind": string,
"last_reply_at": string | null,
"link_preview": Json | null,
"mention_ids": (string)[],
"mentions_everyone": string | null,
"parent_seq": number | null,
"pinned_at": string | null,
"pinned_by": string | null,
"rank": number,
"reaction_counts": NonNullable<Json>,
"reply_count": number,
"reply_rank": number,
"reply_total": number,
"reply_user_ids": (string)[],
"seq": number
            }
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: true
        isSetofReturn: true
      } },
"pin_message_by_id":
{ Args: { "channel_id": string,"id": string,"is_pinned"?: boolean }; Returns: undefined
                           },
"ping_cache":
{ Args: Record<PropertyKey, never>; Returns: string
                           },
"ping_database":
{ Args: Record<PropertyKey, never>; Returns: number
                           },
"place_files":
{ Args: { "channel_id": string,"file_ids": (string)[] }; Returns: {
              "channel_id": string | null,
"created_at": string,
"deleted_at": string | null,
"expires_at": string,
"folder_id": string,
"has_thumbnail": boolean,
"height": number | null,
"id": string,
"is_held": boolean,
"is_open": boolean,
"mime_type": string,
"name": string,
"path": string,
"seq": number | null,
"size": number,
"uploaded_at": string | null,
"uploader_id": string | null,
"width": number | null
            }[]
                          SetofOptions: {
        from: "*"
        to: "files"
        isOneToOne: false
        isSetofReturn: true
      } },
"post_message":
{ Args: { "also_in_channel"?: boolean,"body"?: string,"channel_id": string,"custom"?: Json,"file_ids"?: (string)[],"id"?: string,"parent_id"?: string,"scheduled_for"?: string,"senders"?: (string)[] }; Returns: Database["chat"]['CompositeTypes']["full_message"]
                          SetofOptions: {
        from: "*"
        to: "full_message"
        isOneToOne: true
        isSetofReturn: false
      } },
"post_to":
{ Args: { "body": string,"receiver_id": string,"senders"?: (string)[] }; Returns: Database["chat"]['CompositeTypes']["full_message"]
                          SetofOptions: {
        from: "*"
        to: "full_message"
        isOneToOne: true
        isSetofReturn: false
      } },
"react_by_id":
{ Args: { "channel_id": string,"emoji": string,"id": string }; Returns: {
              "channel_id": string,
"created_at": string,
"emoji": string,
"seq": number,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "reactions"
        isOneToOne: true
        isSetofReturn: true
      } },
"read_channels":
{ Args: { "kinds"?: (string)[],"page_size"?: number,"skip"?: number }; Returns: Database["chat"]['CompositeTypes']["channel_page"]
                          SetofOptions: {
        from: "*"
        to: "channel_page"
        isOneToOne: true
        isSetofReturn: false
      } },
"read_conversation":
{ Args: { "channel_id": string,"kinds"?: (string)[] }; Returns: Database["chat"]['CompositeTypes']["conversation"]
                          SetofOptions: {
        from: "*"
        to: "conversation"
        isOneToOne: true
        isSetofReturn: false
      } },
"read_conversation_page":
{ Args: { "after_change"?: number,"after_seq"?: number,"before_id"?: string,"channel_id": string,"is_read"?: boolean,"page_size"?: number }; Returns: Database["chat"]['CompositeTypes']["conversation_page"]
                          SetofOptions: {
        from: "*"
        to: "conversation_page"
        isOneToOne: true
        isSetofReturn: false
      } },
"read_conversations":
{ Args: { "before"?: string,"kinds"?: (string)[],"page_size"?: number,"with_public"?: boolean }; Returns: Database["chat"]['CompositeTypes']["conversation"][]
                          SetofOptions: {
        from: "*"
        to: "conversation"
        isOneToOne: false
        isSetofReturn: true
      } },
"read_from":
{ Args: { "before_id"?: string,"id": string,"page_size"?: number }; Returns: (Database["chat"]['CompositeTypes']["full_message"])[]
                           },
"read_history":
{ Args: { "before_id"?: string,"channel_id": string,"page_size"?: number }; Returns: Database["chat"]['CompositeTypes']["channel_history"]
                          SetofOptions: {
        from: "*"
        to: "channel_history"
        isOneToOne: true
        isSetofReturn: false
      } },
"read_messages":
{ Args: { "after_id"?: string,"before_id"?: string,"channel_id": string,"page_size"?: number }; Returns: Database["chat"]['CompositeTypes']["message_page"]
                          SetofOptions: {
        from: "*"
        to: "message_page"
        isOneToOne: true
        isSetofReturn: false
      } },
"read_pins":
{ Args: { "channel_id": string }; Returns: Database["chat"]['CompositeTypes']["message_page"]
                          SetofOptions: {
        from: "*"
        to: "message_page"
        isOneToOne: true
        isSetofReturn: false
      } },
"read_thread":
{ Args: { "after_id"?: string,"channel_id": string,"id": string,"page_size"?: number }; Returns: Database["chat"]['CompositeTypes']["thread_page"]
                          SetofOptions: {
        from: "*"
        to: "thread_page"
        isOneToOne: true
        isSetofReturn: false
      } },
"release_reset_token":
{ Args: { "token": string }; Returns: undefined
                           },
"remove_bookmark":
{ Args: { "channel_id": string,"seq": number }; Returns: undefined
                           },
"remove_member":
{ Args: { "channel_id": string,"user_id": string }; Returns: undefined
                           },
"remove_reaction":
{ Args: { "channel_id": string,"emoji"?: string,"seq": number }; Returns: undefined
                           },
"return_api_calls":
{ Args: { "bucket": string,"calls"?: number,"key": string }; Returns: undefined
                           },
"revoke_api_key":
{ Args: { "id": string }; Returns: undefined
                           },
"save_draft":
{ Args: { "body": string,"channel_id": string,"custom"?: Json,"parent_seq"?: number }; Returns: undefined
                           },
"schedule_message":
{ Args: { "also_in_channel"?: boolean,"body"?: string,"channel_id": string,"custom"?: Json,"file_ids"?: (string)[],"id"?: string,"parent_seq"?: number,"scheduled_for": string }; Returns: {
              "also_in_channel": boolean,
"author_id": string,
"body": string,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"ended_at": string | null,
"failure": string | null,
"file_ids": (string)[],
"id": string,
"parent_seq": number | null,
"scheduled_for": string,
"status": string
            }
                          SetofOptions: {
        from: "*"
        to: "scheduled_messages"
        isOneToOne: true
        isSetofReturn: true
      } },
"search_channels":
{ Args: { "after"?: string,"page_size"?: number,"query": string }; Returns: {
              "archived_at": string | null,
"created_at": string,
"created_by": string | null,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"founder_id": string | null,
"id": string,
"is_open": boolean,
"kind": string,
"name": string | null,
"slug": string | null
            }[]
                          SetofOptions: {
        from: "*"
        to: "channels"
        isOneToOne: false
        isSetofReturn: true
      } },
"search_contacts":
{ Args: { "page_size"?: number,"query": string }; Returns: Database["chat"]['CompositeTypes']["contact"][]
                          SetofOptions: {
        from: "*"
        to: "contact"
        isOneToOne: false
        isSetofReturn: true
      } },
"search_members":
{ Args: { "after"?: string,"channel_id": string,"page_size"?: number,"query": string }; Returns: {
              "channel_id": string,
"joined_at": string,
"role": string,
"user_id": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "channel_members"
        isOneToOne: false
        isSetofReturn: true
      } },
"search_messages":
{ Args: { "after"?: string,"before"?: string,"channel_id"?: string,"cursor"?: string,"from_id"?: string,"page_size"?: number,"query": string,"sort"?: string }; Returns: Database["chat"]['CompositeTypes']["search_hit"][]
                          SetofOptions: {
        from: "*"
        to: "search_hit"
        isOneToOne: false
        isSetofReturn: true
      } },
"search_users":
{ Args: { "after"?: string,"page_size"?: number,"query": string }; Returns: {
              "avatar_url": string | null,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"id": string,
"name": string,
"title": string | null,
"updated_at": string,
"username": string
            }[]
                          SetofOptions: {
        from: "*"
        to: "profiles"
        isOneToOne: false
        isSetofReturn: true
      } },
"send_message":
{ Args: { "also_in_channel"?: boolean,"body"?: string,"channel_id": string,"custom"?: Json,"file_ids"?: (string)[],"id"?: string,"parent_seq"?: number }; Returns: {
              "author_id": string | null,
"author_rank": number,
"body": string,
"change": number,
"channel_id": string,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"deleted_by": string | null,
"edited_at": string | null,
"file_ids": (string)[],
"files": NonNullable<Json>,
"id": string,
"in_channel": boolean,
"kind": string,
"last_reply_at": string | null,
"link_preview": Json | null,
"mention_ids": (string)[],
"mentions_everyone": string | null,
"parent_seq": number | null,
"pinned_at": string | null,
"pinned_by": string | null,
"rank": number,
"reaction_counts": NonNullable<Json>,
"reply_count": number,
"reply_rank": number,
"reply_total": number,
"reply_user_ids": (string)[],
"seq": number
            }
                          SetofOptions: {
        from: "*"
        to: "messages"
        isOneToOne: true
        isSetofReturn: true
      } },
"send_notification":
{ Args: { "text": string,"user_id": string }; Returns: string
                           },
"set_channel_state":
{ Args: { "channel_id": string,"is_hidden"?: boolean,"is_muted"?: boolean,"is_pinned"?: boolean,"muted_until"?: string,"notify_level"?: string }; Returns: {
              "channel_id": string,
"hidden_at": string | null,
"last_delivered_seq": number,
"last_read_rank": number,
"last_read_seq": number,
"muted_until": string | null,
"notify_level": string | null,
"pinned_at": string | null,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "channel_states"
        isOneToOne: true
        isSetofReturn: true
      } },
"set_member_role":
{ Args: { "channel_id": string,"role": string,"user_id": string }; Returns: {
              "channel_id": string,
"joined_at": string,
"role": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "channel_members"
        isOneToOne: true
        isSetofReturn: true
      } },
"set_notification_settings":
{ Args: { "channels"?: (Database["chat"]['CompositeTypes']["channel_notification_settings"])[],"dnd_enabled"?: boolean,"dnd_end"?: string,"dnd_start"?: string,"level"?: string,"notifications"?: boolean,"sound"?: boolean,"timezone"?: string }; Returns: Database["chat"]['CompositeTypes']["notification_settings"]
                          SetofOptions: {
        from: "*"
        to: "notification_settings"
        isOneToOne: true
        isSetofReturn: true
      } },
"set_preferences":
{ Args: { "dnd_enabled"?: boolean,"dnd_end"?: string,"dnd_start"?: string,"level"?: string,"notifications"?: boolean,"preview"?: boolean,"share_receipts"?: boolean,"sound"?: boolean,"timezone"?: string }; Returns: {
              "dnd_enabled": boolean,
"dnd_end": string,
"dnd_start": string,
"level": string,
"notifications": boolean,
"preview": boolean,
"share_receipts": boolean,
"sound": boolean,
"timezone": string,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "preferences"
        isOneToOne: true
        isSetofReturn: true
      } },
"set_presence":
{ Args: { "activity"?: string,"status": string,"user_id"?: string }; Returns: {
              "activity": string | null,
"last_seen_at": string | null,
"manual_status": string | null,
"status": string,
"status_emoji": string | null,
"status_expires_at": string | null,
"status_text": string | null,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "presence"
        isOneToOne: true
        isSetofReturn: true
      } },
"set_status":
{ Args: { "status_emoji"?: string,"status_expires_at"?: string,"status_text"?: string }; Returns: {
              "activity": string | null,
"last_seen_at": string | null,
"manual_status": string | null,
"status": string,
"status_emoji": string | null,
"status_expires_at": string | null,
"status_text": string | null,
"updated_at": string,
"user_id": string
            }
                          SetofOptions: {
        from: "*"
        to: "presence"
        isOneToOne: true
        isSetofReturn: true
      } },
"set_user_role":
{ Args: { "role": string,"user_id": string }; Returns: undefined
                           },
"settle_suspension_mail":
{ Args: { "user_id": string }; Returns: undefined
                           },
"sign_in_address":
{ Args: { "username": string }; Returns: string
                           },
"sign_out":
{ Args: { "everywhere"?: boolean }; Returns: undefined
                           },
"start_conversation":
{ Args: { "description"?: string,"kind": string,"members"?: (string)[],"name"?: string }; Returns: Database["chat"]['CompositeTypes']["conversation"]
                          SetofOptions: {
        from: "*"
        to: "conversation"
        isOneToOne: true
        isSetofReturn: false
      } },
"start_dm":
{ Args: { "user_id": string }; Returns: Database["chat"]['CompositeTypes']["listed_channel"]
                          SetofOptions: {
        from: "*"
        to: "listed_channel"
        isOneToOne: true
        isSetofReturn: false
      } },
"stay":
{ Args: Record<PropertyKey, never>; Returns: undefined
                           },
"suspend_user":
{ Args: { "reason": string,"user_id": string }; Returns: {
              "email": string
            }[]
                           },
"take_api_call":
{ Args: { "bucket": string }; Returns: Database["chat"]['CompositeTypes']["api_allowance"]
                          SetofOptions: {
        from: "*"
        to: "api_allowance"
        isOneToOne: true
        isSetofReturn: false
      } },
"take_api_calls":
{ Args: { "buckets": (string)[],"keys": (string)[] }; Returns: Database["chat"]['CompositeTypes']["api_allowance"][]
                          SetofOptions: {
        from: "*"
        to: "api_allowance"
        isOneToOne: false
        isSetofReturn: true
      } },
"toggle_member":
{ Args: { "action"?: string,"channel_id": string,"kinds"?: (string)[],"member": string }; Returns: Database["chat"]['CompositeTypes']["member_change"]
                          SetofOptions: {
        from: "*"
        to: "member_change"
        isOneToOne: true
        isSetofReturn: false
      } },
"transfer_channel":
{ Args: { "channel_id": string,"user_id": string }; Returns: {
              "archived_at": string | null,
"created_at": string,
"created_by": string | null,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"founder_id": string | null,
"id": string,
"is_open": boolean,
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
"unban_member":
{ Args: { "channel_id": string,"user_id": string }; Returns: undefined
                           },
"unblock_user":
{ Args: { "user_id": string }; Returns: undefined
                           },
"unreact_by_id":
{ Args: { "channel_id": string,"id": string }; Returns: undefined
                           },
"unread_notification_count":
{ Args: Record<PropertyKey, never>; Returns: number
                           },
"update_account":
{ Args: { "name"?: string,"notifications"?: boolean,"phone"?: string,"presence"?: string,"sound"?: boolean,"status_text"?: string,"timezone"?: string }; Returns: Database["chat"]['CompositeTypes']["account_details"]
                          SetofOptions: {
        from: "*"
        to: "account_details"
        isOneToOne: true
        isSetofReturn: true
      } },
"update_channel":
{ Args: { "channel_id": string,"custom"?: Json,"description"?: string,"is_open"?: boolean,"kind"?: string,"name"?: string,"slug"?: string }; Returns: {
              "archived_at": string | null,
"created_at": string,
"created_by": string | null,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"description": string,
"dm_key": string | null,
"epoch": number,
"founder_id": string | null,
"id": string,
"is_open": boolean,
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
"update_profile":
{ Args: { "avatar_url"?: string,"custom"?: Json,"name"?: string,"title"?: string,"username"?: string }; Returns: {
              "avatar_url": string | null,
"created_at": string,
"custom": NonNullable<Json>,
"deleted_at": string | null,
"id": string,
"name": string,
"title": string | null,
"updated_at": string,
"username": string
            }
                          SetofOptions: {
        from: "*"
        to: "profiles"
        isOneToOne: true
        isSetofReturn: true
      } },
"update_setting":
{ Args: { "name": string,"value": Json }; Returns: {
              "default_value": NonNullable<Json>,
"description": string,
"maximum": number | null,
"minimum": number | null,
"name": string,
"value": NonNullable<Json>
            }
                          SetofOptions: {
        from: "*"
        to: "settings"
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
            "account_details": {
                        "id": string | null,"username": string | null,"name": string | null,"avatar_url": string | null,"email": string | null,"email_verified_at": string | null,"phone": string | null,"role": string | null,"status": string | null,"status_text": string | null,"notifications": boolean | null,"sound": boolean | null,"timezone": string | null,"created_at": string | null
                      },"api_allowance": {
                        "caller_id": string | null,"is_accepted": boolean | null,"calls": number | null,"remaining": number | null,"reset": number | null
                      },"channel_details": {
                        "id": string | null,"kind": string | null,"slug": string | null,"name": string | null,"description": string | null,"custom": Json | null,"created_by": string | null,"created_at": string | null,"archived_at": string | null,"member_count": number | null,"members": (Database["chat"]['CompositeTypes']["channel_person"])[] | null
                      },"channel_history": {
                        "channel": Database["chat"]['CompositeTypes']["readable_channel"] | null,"members": (Database["chat"]['CompositeTypes']["person"])[] | null,"messages": (Database["chat"]['CompositeTypes']["full_message"])[] | null
                      },"channel_label": {
                        "id": string | null,"kind": string | null,"slug": string | null,"name": string | null
                      },"channel_notification_settings": {
                        "channel_id": string | null,"is_muted": boolean | null,"level": string | null
                      },"channel_page": {
                        "channels": (Database["chat"]['CompositeTypes']["listed_channel"])[] | null,"total": number | null
                      },"channel_person": {
                        "user_id": string | null,"username": string | null,"name": string | null,"avatar_url": string | null,"email": string | null,"role": string | null,"status": string | null,"joined_at": string | null
                      },"contact": {
                        "id": string | null,"username": string | null,"name": string | null,"avatar_url": string | null,"email": string | null,"phone": string | null,"status": string | null,"status_text": string | null,"created_at": string | null,"activity": string | null
                      },"conversation": {
                        "id": string | null,"kind": string | null,"name": string | null,"description": string | null,"created_by": string | null,"created_at": string | null,"archived_at": string | null,"member_count": number | null,"members": (Database["chat"]['CompositeTypes']["person"])[] | null
                      },"conversation_page": {
                        "conversation": Database["chat"]['CompositeTypes']["conversation"] | null,"epoch": number | null,"last_seq": number | null,"messages": (Database["chat"]['CompositeTypes']["receipted_message"])[] | null,"last_change": number | null,"changed": (Database["chat"]['CompositeTypes']["receipted_message"])[] | null,"deleted": (string)[] | null
                      },"dm_person": {
                        "id": string | null,"username": string | null,"name": string | null,"avatar_url": string | null,"status": string | null
                      },"found_message": {
                        "message": Database["chat"]['CompositeTypes']["full_message"] | null,"channel": Database["chat"]['CompositeTypes']["channel_label"] | null,"snippet": string | null
                      },"found_page": {
                        "hits": (Database["chat"]['CompositeTypes']["found_message"])[] | null,"total": number | null,"is_total_exact": boolean | null
                      },"full_message": {
                        "id": string | null,"channel_id": string | null,"seq": number | null,"kind": string | null,"body": string | null,"created_at": string | null,"edited_at": string | null,"parent_id": string | null,"reply_count": number | null,"pinned_at": string | null,"link_preview": Json | null,"scheduled_for": string | null,"files": Json | null,"author": Database["chat"]['CompositeTypes']["person"] | null,"reactions": (Database["chat"]['CompositeTypes']["given_reaction"])[] | null,"reaction_count": number | null
                      },"given_reaction": {
                        "emoji": string | null,"user_id": string | null,"user_name": string | null
                      },"listed_channel": {
                        "id": string | null,"kind": string | null,"slug": string | null,"name": string | null,"description": string | null,"created_by": string | null,"created_at": string | null,"member_count": number | null,"unread_count": number | null,"dm_user_id": string | null,"people": (Database["chat"]['CompositeTypes']["dm_person"])[] | null,"last_message": Database["chat"]['CompositeTypes']["full_message"] | null
                      },"member_change": {
                        "action": string | null,"conversation": Database["chat"]['CompositeTypes']["conversation"] | null
                      },"message_page": {
                        "messages": (Database["chat"]['CompositeTypes']["full_message"])[] | null,"has_more": boolean | null
                      },"notification_settings": {
                        "notifications": boolean | null,"sound": boolean | null,"level": string | null,"timezone": string | null,"dnd_enabled": boolean | null,"dnd_start": string | null,"dnd_end": string | null,"channels": (Database["chat"]['CompositeTypes']["channel_notification_settings"])[] | null
                      },"opened_conversation": {
                        "conversation": Database["chat"]['CompositeTypes']["conversation"] | null,"is_new": boolean | null
                      },"person": {
                        "id": string | null,"username": string | null,"name": string | null,"avatar_url": string | null
                      },"readable_channel": {
                        "id": string | null,"name": string | null,"description": string | null,"is_open": boolean | null,"created_by": string | null,"created_at": string | null,"member_count": number | null
                      },"readable_file": {
                        "id": string | null,"name": string | null,"mime_type": string | null,"size": number | null,"path": string | null,"created_at": string | null
                      },"receipted_message": {
                        "message": Database["chat"]['CompositeTypes']["full_message"] | null,"status": string | null
                      },"search_hit": {
                        "message": Database["chat"]['Tables']["messages"]['Row'] | null,"my_reactions": (string)[] | null,"author": Database["chat"]['CompositeTypes']["person"] | null,"channel": Database["chat"]['CompositeTypes']["channel_label"] | null,"snippet": string | null,"next_cursor": string | null,"total": number | null,"is_total_exact": boolean | null
                      },"thread_page": {
                        "parent": Database["chat"]['CompositeTypes']["full_message"] | null,"replies": (Database["chat"]['CompositeTypes']["full_message"])[] | null,"total": number | null,"has_more": boolean | null
                      }
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
