import type { JSX } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import type { ShareBox } from '../protocol.ts';
import { setRegion } from '../state/actions/images.ts';
import { images, model, region, taught } from '../state/studio.ts';
import { Dialog } from './dialog.tsx';
import { Picture, placed } from './picture.tsx';

const everything: ShareBox = { x: 0, y: 0, width: 1, height: 1 };
/** Shares of the image: smaller boxes are slips of the hand. */
const smallest = 0.05;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The part of the image that counts: drawn with the pointer, or typed. */
export function RegionDialog({ onClose }: { readonly onClose: () => void }): JSX.Element {
  const [box, setBox] = useState<ShareBox>(region.value ?? everything);
  const frame = useRef<HTMLDivElement>(null);
  const begin = useRef<Point | undefined>(undefined);
  const example = taught.value[0] ?? images.value[0];
  const at = ({ clientX, clientY }: PointerEvent): Point => {
    const { left, top, width, height } = frame.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    return { x: clamp((clientX - left) / width), y: clamp((clientY - top) / height) };
  };
  const drag = (event: PointerEvent): void => {
    if (begin.current !== undefined) setBox(between(begin.current, at(event)));
  };
  const drop = (): void => {
    begin.current = undefined;
    setBox((now) => (now.width < smallest || now.height < smallest ? everything : now));
  };
  const whole = box.width > 0.999 && box.height > 0.999;
  const finish = (chosen: ShareBox | undefined): void => {
    void setRegion(chosen);
    onClose();
  };
  return (
    <Dialog title="Region of interest" onClose={onClose} wide>
      <p class="quiet">
        The model sees only this part of every image. Draw it with the pointer, or type it in percent.
      </p>
      {example && (
        <div
          ref={frame}
          class="region-frame"
          style={{ '--aspect': example.width / example.height }}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            begin.current = at(event);
          }}
          onPointerMove={drag}
          onPointerUp={drop}
          onPointerCancel={drop}
        >
          <Picture image={example} />
          <div class="region-box" style={placed(box)} aria-hidden="true" />
        </div>
      )}
      <div class="region-numbers">
        <Percent name="Left" value={box.x} onChange={(x) => setBox((now) => kept({ ...now, x }))} />
        <Percent name="Top" value={box.y} onChange={(y) => setBox((now) => kept({ ...now, y }))} />
        <Percent
          name="Width"
          value={box.width}
          onChange={(width) => setBox((now) => kept({ ...now, width }))}
        />
        <Percent
          name="Height"
          value={box.height}
          onChange={(height) => setBox((now) => kept({ ...now, height }))}
        />
      </div>
      {model.value !== undefined && (
        <p class="quiet small-text">
          The model keeps the region that it was trained with until you train again.
        </p>
      )}
      <div class="row">
        <button type="button" class="button primary" onClick={() => finish(whole ? undefined : box)}>
          {whole ? 'Use the whole image' : 'Use this region'}
        </button>
        <button type="button" class="button" onClick={() => setBox(everything)}>
          Whole image
        </button>
      </div>
    </Dialog>
  );
}

interface PercentProps {
  readonly name: string;
  readonly value: number;
  readonly onChange: (share: number) => void;
}

function Percent({ name, value, onChange }: PercentProps): JSX.Element {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{name} %</label>
      <input
        id={id}
        type="number"
        min="0"
        max="100"
        step="1"
        value={Math.round(100 * value)}
        onChange={({ currentTarget }) => onChange(clamp(currentTarget.valueAsNumber / 100 || 0))}
      />
    </div>
  );
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function between(a: Point, b: Point): ShareBox {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  };
}

/** Inside the image, and not too small. */
function kept({ x, y, width, height }: ShareBox): ShareBox {
  const left = Math.min(x, 1 - smallest);
  const top = Math.min(y, 1 - smallest);
  return {
    x: left,
    y: top,
    width: Math.min(Math.max(width, smallest), 1 - left),
    height: Math.min(Math.max(height, smallest), 1 - top),
  };
}
