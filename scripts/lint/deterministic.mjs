/**
 * The engine decides the same live, in tests and in simulation only when clock, ids and randomness are handed in. These
 * are the ways to reach past what was handed in.
 */
const AMBIENT = {
  Date: new Set(['now']),
  Math: new Set(['random']),
  performance: new Set(['now']),
  crypto: new Set(['randomUUID', 'getRandomValues']),
};

const noAmbientClock = {
  create(context) {
    const report = (node, what) =>
      context.report({
        node,
        message: `${what} in a room that decides: take the clock, the ids and the randomness that are handed in.`,
      });
    return {
      MemberExpression(node) {
        const { object, property, computed } = node;
        if (computed || object.type !== 'Identifier') return;
        if (AMBIENT[object.name]?.has(property.name)) report(node, `${object.name}.${property.name}`);
      },
      NewExpression(node) {
        const isDate = node.callee.type === 'Identifier' && node.callee.name === 'Date';
        if (isDate && node.arguments.length === 0) report(node, 'new Date()');
      },
      ImportSpecifier(node) {
        const source = node.parent.source.value;
        const name = node.imported.name;
        if ((source === 'node:crypto' || source === 'crypto') && name.startsWith('random')) report(node, name);
      },
    };
  },
};

export default { meta: { name: 'osicam' }, rules: { 'no-ambient-clock': noAmbientClock } };
