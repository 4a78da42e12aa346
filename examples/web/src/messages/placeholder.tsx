/** Where messages will be; shown only when they take their time. */
export function Placeholder() {
  return (
    <div className="placeholder" aria-hidden="true">
      {['a', 'b', 'c', 'd', 'e'].map((name) => (
        <span key={name} />
      ))}
    </div>
  );
}
