/** A modifier that does not fit its values or its neighbours. */
export class ModifierError extends Error {}
