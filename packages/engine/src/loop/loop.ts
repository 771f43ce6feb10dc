import { z } from 'zod';

/** The six stages of OSICAM in the order of the loop, and `flow`, which serves all of them. */
export const stages = ['organize', 'segment', 'interact', 'collect', 'aliment', 'measure', 'flow'] as const;
export type Stage = (typeof stages)[number];

/** The six kinds of information that one view of the customer holds; every event is of one of them. */
export const categories = ['basic', 'order', 'payment', 'service', 'contact', 'analysis'] as const;
export type Category = (typeof categories)[number];

const id = z.string().min(1).max(200);

/** Node ids are also the names of the machine's states, so they hold nothing that a state's name may not. */
const nodeId = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_-]{0,99}$/, 'expected letters, digits, hyphens and underscores, as send-offer')
  // The machine keeps its states as properties of an object, and this one is none of its own.
  .refine((name) => name !== '__proto__', 'no node may be called __proto__: choose another id');

export const loopNodeSchema = z.object({
  id: nodeId,
  /** `<plugin>/<node>`, as `segment/rules`. */
  type: z.string().regex(/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/, 'expected <plugin>/<node>, as segment/rules'),
  position: z.object({ x: z.number(), y: z.number() }),
  data: z.object({
    label: z.string().max(200).default(''),
    settings: z.record(z.string(), z.unknown()).default({}),
  }),
});

export const loopEdgeSchema = z.object({
  id,
  source: id,
  /** The port of the source node that this edge leaves by. */
  sourceHandle: z.string().min(1),
  target: id,
});

/** What takes somebody out of a loop wherever it stands, at the instant that it happens. A rule of `@osicam/engine/rule`, checked there. */
const happening = z.discriminatedUnion('on', [
  z.object({
    on: z.literal('event'),
    event: z.string().min(1).max(200),
    where: z.record(z.string(), z.unknown()).optional(),
    /** A property of the event that must equal the key of a keyed enrollment. */
    key: z.string().min(1).max(200).optional(),
  }),
  z.object({ on: z.literal('segment'), segment: z.string().min(1).max(200), when: z.enum(['entered', 'left']) }),
]);
export type Happening = z.infer<typeof happening>;

/** A drawn loop, in React Flow's own shape, so that the editor needs no translation. */
export const loopSchema = z.object({
  format: z.literal('osicam/loop@1'),
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'expected lower-case letters, digits and hyphens, as churn-rescue'),
  name: z.string().min(1).max(200),
  nodes: z.array(loopNodeSchema),
  edges: z.array(loopEdgeSchema),
  /** What the loop is for: whoever has reached it leaves as converted. */
  goals: z.array(happening).max(20).optional(),
  /** What makes it pointless to go on: whoever it happens to leaves. */
  exits: z.array(happening).max(20).optional(),
  /** Among loops that want to contact the same customer, when the contact policy lets only some. Higher goes first; 50 unless told. */
  priority: z.number().int().min(0).max(100).optional(),
});

export type Loop = z.infer<typeof loopSchema>;
export type LoopNode = z.infer<typeof loopNodeSchema>;
export type LoopEdge = z.infer<typeof loopEdgeSchema>;
