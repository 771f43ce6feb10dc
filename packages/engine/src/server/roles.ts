/** From the least that one may do to the most: look; change loops, customers and messages; give others access, and set the contact policy. */
export const roles = ['viewer', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];
