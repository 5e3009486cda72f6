import type { JSX } from 'preact';

/** Eight pixels and an odd one. */
export function Mark(): JSX.Element {
  const places = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => ({ row, column })));
  return (
    <svg class="mark" viewBox="0 0 30 30" aria-hidden="true">
      {places.map(({ row, column }) => {
        const odd = row === 1 && column === 2;
        const x = 1 + 10 * column;
        const y = 1 + 10 * row;
        return (
          <rect
            key={`${row} ${column}`}
            class={odd ? 'mark-odd' : 'mark-fine'}
            x={x}
            y={y}
            width="8"
            height="8"
            rx="1.8"
            transform={odd ? `rotate(20 ${x + 4} ${y + 4})` : undefined}
          />
        );
      })}
    </svg>
  );
}
