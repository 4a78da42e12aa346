/**
 * The app's own data on messages, channels and users. An app names its fields once, by interface merging, and finds
 * them typed everywhere:
 *
 * @example
 * declare module '@confab/sdk' {
 *   interface CustomMessageData { priority?: 'high' | 'low' }
 * }
 */

// biome-ignore lint/suspicious/noEmptyInterface: the app fills it.
export interface CustomMessageData {}
// biome-ignore lint/suspicious/noEmptyInterface: the app fills it.
export interface CustomChannelData {}
// biome-ignore lint/suspicious/noEmptyInterface: the app fills it.
export interface CustomUserData {}

type Custom<T> = keyof T extends never ? Record<string, unknown> : T;

/** JSON object of at most 16 kB; any keys until the app declares its own. */
export type MessageCustom = Custom<CustomMessageData>;
export type ChannelCustom = Custom<CustomChannelData>;
export type UserCustom = Custom<CustomUserData>;
