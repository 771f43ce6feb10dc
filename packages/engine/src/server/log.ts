import { pino } from 'pino';

/** What the server needs of a log; pino's own shape. */
export interface ServerLog {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** JSON lines on standard error, because standard output belongs to results. Nothing that signs a caller in is ever written. */
export function createLog(level: LogLevel): ServerLog {
  return pino(
    {
      level,
      base: null,
      redact: {
        paths: [
          'authorization',
          'cookie',
          'password',
          'token',
          'secret',
          'key',
          '*.authorization',
          '*.cookie',
          '*.password',
          '*.token',
          '*.secret',
          '*.key',
        ],
        censor: '(not logged)',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
