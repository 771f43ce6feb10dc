/** The path of a request as logs may hold it: the address of a hook is its secret, and so are the links in mails. */
export const loggedPath = (path: string): string =>
  path.replace(/^\/(hooks|unsubscribe|preferences|opt-in)\/.*/, '/$1/…');
