// Short lists of our own: an example that a newcomer starts with one command should not bring ten megabytes of a
// faker for the sake of names.
const words = (text: string) => text.trim().split(/\s+/);

export const FIRST_NAMES = words(`
  Adèle Agathe Alain Alexandre Alice Amélie André Anaïs Anne Antoine Arnaud Aurélie Bastien Béatrice Benoît Bernard
  Bruno Camille Carine Cécile Chloé Christophe Claire Clément Corentin Damien Daniel David Denis Édouard Élise Élodie
  Émile Emma Éric Estelle Étienne Eugénie Fabien Fanny Florence François Françoise Frédéric Gaël Gérard Gilles Grégory
  Guillaume Hélène Henri Hugo Inès Isabelle Jacques Jean Jérôme Joël Julie Julien Justine Karine Laure Laurent Léa
  Léon Loïc Louise Luc Lucie Madeleine Manon Marc Margaux Marie Marine Martin Mathilde Maxime Michel Mireille Nadia
  Nathalie Nicolas Noémie Océane Olivier Pascal Patrick Paul Pauline Philippe Pierre Quentin Raphaël Rémi René Romain
  Sabine Salomé Sébastien Simon Solène Sophie Stéphane Sylvie Théo Thérèse Thomas Valérie Victor Vincent Yann Yves Zoé`);

export const LAST_NAMES = words(`
  Arnaud Aubert Bailly Barbier Baron Benoît Bernard Bertrand Besson Blanc Blanchard Bonnet Boucher Bouvier Breton Brun
  Caron Carpentier Chevalier Clément Colin Collet Cousin Daniel David Delaunay Denis Deschamps Dubois Dufour Dumas
  Dumont Dupont Dupuis Durand Duval Étienne Fabre Faure Fernandez Fleury Fontaine Fournier François Gaillard Garcia
  Garnier Gautier Gérard Germain Girard Giraud Gonzalez Guérin Guillaume Guillot Henry Hubert Huet Jacquet Joly Julien
  Klein Lacroix Lambert Laurent Lebrun Leclerc Lefèvre Léger Legrand Lemaire Lemoine Leroux Leroy Lopez Louis Lucas
  Maillard Marchal Marchand Martin Martinez Masson Mathieu Mercier Meunier Meyer Michel Millet Moreau Morel Morin
  Moulin Muller Nicolas Noël Olivier Paris Perez Perrin Petit Philippe Picard Pierre Poirier Renard Renaud Rey Reynaud
  Richard Rivière Robert Robin Roche Rodriguez Roger Rolland Rousseau Roussel Roux Roy Royer Sanchez Schmitt Schneider
  Simon Thomas Vidal Vincent Weber`);

export type Home = { readonly postcode: string; readonly city: string };

export const HOMES: readonly Home[] = `
  13001 Marseille, 14000 Caen, 17000 La Rochelle, 21000 Dijon, 25000 Besançon, 29200 Brest, 30000 Nîmes,
  31000 Toulouse, 33000 Bordeaux, 34000 Montpellier, 35000 Rennes, 37000 Tours, 38000 Grenoble, 42000 Saint-Étienne,
  44000 Nantes, 45000 Orléans, 49000 Angers, 51100 Reims, 54000 Nancy, 57000 Metz, 59000 Lille, 63000 Clermont-Ferrand,
  64000 Pau, 66000 Perpignan, 67000 Strasbourg, 68100 Mulhouse, 69003 Lyon, 72000 Le Mans, 74000 Annecy, 75011 Paris,
  75018 Paris, 76000 Rouen, 76600 Le Havre, 80000 Amiens, 83000 Toulon, 84000 Avignon, 86000 Poitiers, 87000 Limoges,
  06000 Nice, 10000 Troyes`
  .split(',')
  .map((entry) => entry.trim())
  .map((entry) => ({ postcode: entry.slice(0, 5), city: entry.slice(6) }));

/** Names that RFC 2606 keeps free: no mail can leave for a real person. */
export const MAIL_DOMAINS = [
  'mail.example.com',
  'post.example.com',
  'courrier.example.org',
  'boite.example.org',
  'net.example.net',
  'fibre.example.net',
] as const;

export function withoutAccents(text: string): string {
  return text.normalize('NFD').replace(/\p{Diacritic}/gu, '');
}
