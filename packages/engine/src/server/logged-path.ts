/** The path of a request as logs may hold it: the address of a hook is its secret. */
export const loggedPath = (path: string): string => path.replace(/^\/hooks\/.*/, '/hooks/…');
