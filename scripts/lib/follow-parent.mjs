// Loaded ahead of the program that run-source starts as a child. A parent that is killed hard cannot pass it on, but
// its end of the channel closes; without this the child would go on working on a database that somebody opens again.
if (process.connected) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel?.unref();
}
