/** Which version of the API this is, as it says in its description and its health. */
export const VERSION = '1.0.0';
