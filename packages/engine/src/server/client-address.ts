import type { Context } from 'hono';
import type { Env } from './env.ts';

/** The other end of the socket, never what a header claims. */
export const clientAddress = (c: Context<Env>): string | undefined => c.env?.incoming?.socket?.remoteAddress;
