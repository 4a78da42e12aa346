/** Stands in for the app when a part of it fails to render, which would else leave an empty page. */
import { Component, type ReactNode } from 'react';

/** A class, since React has no other way to catch what rendering throws. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { hasFailed: boolean }> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    if (!this.state.hasFailed) return this.props.children;
    return (
      <main className="sign-in">
        <div className="notice" role="alert">
          <h1>Something went wrong</h1>
          <p>What you have written is kept. Load the page again to go on.</p>
          <button type="button" className="primary" onClick={() => location.reload()}>
            Load again
          </button>
        </div>
      </main>
    );
  }
}
