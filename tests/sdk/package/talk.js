/** What an app does first, on the package as it is published: two people, one message. Takes the SDK, whoever loaded it. */
module.exports = async function talk({ createChat, isChatError }, { url, key, stamp }) {
  const join = async (name) => {
    const chat = createChat({ url, key });
    await chat.auth.signUp({ username: `${name}-${stamp}`, password: 'Correct1horse', name });
    return chat;
  };
  const [ada, bob] = await Promise.all([join('ada'), join('bob')]);
  const channel = await ada.channels.create({ slug: `talk-${stamp}` });
  const same = await bob.channels.open(`talk-${stamp}`);
  const refusal = await same.messages.send('too early').catch((error) => error);
  await same.join();
  const heard = await new Promise((resolve, reject) => {
    setTimeout(reject, 15_000, new Error('nothing was heard')).unref?.();
    let isSent = false;
    same.messages.subscribe(({ messages, connection }) => {
      const found = messages.find(({ body }) => body === 'hello');
      if (found) resolve(found);
      if (connection !== 'live' || isSent) return;
      isSent = true;
      channel.messages.send('hello').catch(reject);
    });
  });
  await Promise.all([ada.close(), bob.close()]);
  return `${heard.author.name}: ${heard.body}; ${isChatError(refusal)} ${refusal.code}`;
};
