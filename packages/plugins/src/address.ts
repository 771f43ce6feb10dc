import { domainToASCII } from 'node:url';

/**
 * An address in small letters, its domain in ASCII. Undefined when no mail can be sent to it, and for anything that could be
 * read as two addresses or as more than one line of a header.
 */
export function emailAddress(text: string): string | undefined {
  const [, local = '', domain = ''] = /^([^\s@<>()[\]\\,;:"]+)@([^\s@]+)$/.exec(text.trim().toLowerCase()) ?? [];
  if (!local || local.length > 64 || /^\.|\.$|\.\./.test(local) || /\p{Cc}/u.test(text)) return undefined;
  const ascii = domainToASCII(domain);
  const labels = ascii.split('.');
  const well = labels.length > 1 && labels.every((label) => /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label));
  return well && ascii.length <= 253 && !/^\d+$/.test(labels.at(-1) ?? '') ? `${local}@${ascii}` : undefined;
}

/** A sender as `Name <address>`, or an address alone. */
export function emailSender(text: string): { name: string; address: string } | undefined {
  const [, name = '', bracketed = '', bare = ''] =
    /^(?:"?([^"<>\r\n]*?)"? *<([^<>\s]+)>|(\S+))$/.exec(text.trim()) ?? [];
  const address = emailAddress(bracketed || bare);
  return address ? { name, address } : undefined;
}
