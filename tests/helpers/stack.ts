/** The stack under test, named by the environment as `npm run stack -- status -o env` prints it. */

function required(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(
      `${name} is not set; run the tests with \`npm test\`, or export what \`npm run stack -- status -o env\` prints`,
    );
  }
  return value;
}

export const stack = {
  apiUrl: required('API_URL'),
  databaseUrl: required('DB_URL'),
  publishableKey: required('PUBLISHABLE_KEY'),
  secretKey: required('SECRET_KEY'),
  anonKey: required('ANON_KEY'),
  serviceRoleKey: required('SERVICE_ROLE_KEY'),
  jwtSecret: required('JWT_SECRET'),
  mailUrl: required('MAIL_URL'),
};
