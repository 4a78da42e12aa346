/** The tokens of a session as ConnectBest shows them. */
import { z } from '@hono/zod-openapi';
import type { Tokens as SessionTokens } from '../../../_shared/supabase.ts';

export const Tokens = z.object({
  token: z
    .string()
    .openapi({ description: 'JWT, seven days', example: 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIuLi4ifQ.c2ln' }),
  refreshToken: z.string().openapi({
    description: 'Additive: gives another pair of tokens once, within 30 days of the sign-in',
    example: 'q7x3vkd2m5wz',
  }),
});

export const toTokens = (tokens: SessionTokens): z.infer<typeof Tokens> => ({
  token: tokens.access_token,
  refreshToken: tokens.refresh_token,
});
