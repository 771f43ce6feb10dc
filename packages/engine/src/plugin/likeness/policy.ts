import { z } from 'zod';

const traits = (...names: string[]) => z.array(z.string().min(1).max(200)).max(20).default(names);

/**
 * Which traits tell what of a person, the first that has a value; a dot leads into an object, as address.city. Without
 * anything configured: the names that Segment reserves, and those that files often have.
 */
export const likenessFieldsSchema = z.strictObject({
  given: traits('firstName', 'givenName', 'first_name', 'given_name', 'forename'),
  family: traits('lastName', 'familyName', 'last_name', 'family_name', 'surname'),
  /** Given and family name in one, where they do not stand apart. */
  name: traits('name', 'fullName', 'full_name'),
  birthDate: traits('birthDate', 'birthday', 'dateOfBirth', 'birth_date', 'date_of_birth', 'dob'),
  street: traits('street', 'address.street', 'address', 'addressLine1', 'address_line1'),
  postcode: traits('postcode', 'postalCode', 'address.postalCode', 'zip', 'zipCode', 'postal_code'),
  city: traits('city', 'address.city', 'town'),
  email: traits('email'),
  phone: traits('phone', 'mobile'),
});
export type LikenessFields = z.output<typeof likenessFieldsSchema>;

/** From when on two customers are one: the share of certainty, between 0 and 1, that they are the same person. */
export const likenessPolicySchema = z
  .strictObject({
    merge: z.number().min(0.5).max(1).default(0.95),
    propose: z.number().min(0).max(1).default(0.8),
    /** Day or month first, where a birth date does not say: 03/04/1980. */
    dates: z.enum(['dayFirst', 'monthFirst']).default('dayFirst'),
    /** What share of the customers is there twice, as far as one knows. */
    duplicates: z.number().min(0.0001).max(0.9).default(0.05),
    fields: likenessFieldsSchema.default(likenessFieldsSchema.parse({})),
  })
  .refine(({ merge, propose }) => propose <= merge, {
    path: ['propose'],
    message: 'expected to propose from a likeness on that is not above the one to merge from',
  });
export type LikenessPolicy = z.output<typeof likenessPolicySchema>;
