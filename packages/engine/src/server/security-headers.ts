import { secureHeaders } from 'hono/secure-headers';

/**
 * Allow-lists for all that the editor loads. Inline styles are let in because Mantine and React Flow place things by style
 * attributes; scripts come from our files alone, with no eval. Mails of the inbox inherit this in their sandboxed frame, so
 * their remote pictures stay unloaded.
 */
export const securityHeaders = (baseURL: string) =>
  secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      workerSrc: ["'self'"],
      frameSrc: ["'self'"],
      manifestSrc: ["'self'"],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
      objectSrc: ["'none'"],
    },
    xFrameOptions: 'DENY',
    // Told over plain HTTP it means nothing, and on 127.0.0.1 it would lock out every other local server.
    strictTransportSecurity: baseURL.startsWith('https:') ? 'max-age=15552000' : false,
    permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
  });
