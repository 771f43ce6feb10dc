import { definePlugin, writer, z } from '@osicam/engine/plugin';

export const greet = writer({
  type: 'hello/greet',
  stage: 'aliment',
  title: 'Greet',
  description: 'Writes a greeting for each customer into the trait "greeting".',
  settings: z.object({ word: z.string().default('Hello').meta({ title: 'Word', description: 'How to greet.' }) }),
  handle: ({ batch, settings: { word } }) => ({
    patches: batch.map(({ id, traits }) => ({ customer: id, traits: { greeting: `${word}, ${traits.name}!` } })),
  }),
});

export default definePlugin({ name: 'hello', nodes: [greet] });
