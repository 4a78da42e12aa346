/** `npm run admin -- promote <email>`: makes somebody a platform admin, the first one above all; needs DB_URL. */
import postgres from 'postgres';

const USAGE = 'usage: npm run admin -- promote <email or username>';

async function promote(name: string): Promise<string> {
  const url = process.env.DB_URL;
  if (!url) throw new Error('DB_URL is not set; export what `npm run stack -- status -o env` prints');
  const db = postgres(url, { max: 1, onnotice: () => {} });
  try {
    const [account] = await db<{ role: string }[]>`
      select a.role from chat.accounts a join chat.profiles p on p.id = a.user_id
       where a.email = ${name.toLowerCase()} or p.username = ${name.toLowerCase()}`;
    if (!account) throw new Error(`unable to promote ${name}; nobody has this address or username`);
    if (account.role === 'admin') return `${name} is an admin already`;
    await db`
      update chat.accounts a set role = 'admin' from chat.profiles p
       where p.id = a.user_id and (a.email = ${name.toLowerCase()} or p.username = ${name.toLowerCase()})`;
    return `${name} is an admin now; the next token says so, the rights count at once`;
  } finally {
    await db.end();
  }
}

const [command, name] = process.argv.slice(2);
if (command !== 'promote' || !name) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  try {
    console.log(await promote(name));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
