import { type Schema, Validator } from '@cfworker/json-schema';
import type { RJSFSchema, ValidationData, ValidatorType } from '@rjsf/utils';

/**
 * What the form asks of a validator, answered by an interpreter: Ajv compiles schemas with `new Function`, which the
 * server's content security policy forbids. Whether settings are right is for the server to say; here it only decides which
 * branch of an `anyOf` a value belongs to.
 */
class InterpretedValidator implements ValidatorType {
  readonly #known = new WeakMap<object, Validator>();

  isValid(schema: RJSFSchema, formData: unknown, rootSchema: RJSFSchema): boolean {
    try {
      return this.#validator(schema, rootSchema).validate(formData).valid;
    } catch {
      return false;
    }
  }

  validateFormData(): ValidationData<unknown> {
    return { errors: [], errorSchema: {} };
  }

  rawValidation<Result>(): { errors?: Result[] } {
    return {};
  }

  #validator(schema: RJSFSchema, root: RJSFSchema): Validator {
    const known = this.#known.get(schema);
    if (known) return known;
    const whole = (root['$defs'] && !schema['$defs'] ? { ...schema, $defs: root['$defs'] } : schema) as Schema;
    const made = new Validator(whole, '2020-12', true);
    this.#known.set(schema, made);
    return made;
  }
}

export const validator: ValidatorType = new InterpretedValidator();
export default validator;
