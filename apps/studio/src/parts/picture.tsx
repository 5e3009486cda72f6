import type { CSSProperties, JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ImageRecord, ShareBox, SmallMap } from '../protocol.ts';
import { drawMap, mapRange } from '../state/draw-map.ts';
import { galleryMap, picture } from '../state/pictures.ts';
import { mapsVersion, model, segmentation } from '../state/studio.ts';

interface PictureProps {
  readonly image: ImageRecord;
  /** For screen readers; empty if the text beside it already describes the image. */
  readonly alt?: string;
  /** Lays the gallery's map over it. */
  readonly withMap?: boolean;
  /** Replaces the gallery's map. */
  readonly map?: SmallMap | undefined;
}

/** An image, loaded when it comes near the screen, and over it what the model finds odd. */
export function Picture({ image, alt = image.name, withMap = false, map }: PictureProps): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const [near, setNear] = useState(false);
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const element = frame.current;
    if (element === null || near) return undefined;
    const observer = new IntersectionObserver(
      (entries) => entries.some(({ isIntersecting }) => isIntersecting) && setNear(true),
      { rootMargin: '300px' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [near]);
  useEffect(() => {
    if (!near) return undefined;
    let current = true;
    setUrl(undefined);
    picture(image.id).then(
      (found) => current && setUrl(found),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [near, image.id]);
  return (
    <div
      class="picture"
      ref={frame}
      style={{ aspectRatio: `${image.width} / ${image.height}`, '--aspect': image.width / image.height }}
    >
      {url !== undefined && <img src={url} alt={alt} width={image.width} height={image.height} />}
      {near && withMap && <MapLayer id={image.id} map={map} />}
    </div>
  );
}

function MapLayer({ id, map }: { readonly id: string; readonly map: SmallMap | undefined }): JSX.Element {
  const canvas = useRef<HTMLCanvasElement>(null);
  const version = mapsVersion.value;
  const limit = segmentation.value;
  const facts = model.value;
  const calibration = facts?.manifest.calibration;
  useEffect(() => {
    let current = true;
    const range = mapRange(calibration, limit);
    if (range === undefined) return undefined;
    // Only maps at full resolution are fine enough for a line.
    const outline = map === undefined ? undefined : limit;
    const draw = (found: SmallMap | null): void => {
      if (current && found !== null && canvas.current !== null)
        drawMap(canvas.current, found, range, outline);
    };
    if (map !== undefined) draw(map);
    else galleryMap(id, version).then(draw, () => undefined);
    return () => {
      current = false;
    };
  }, [id, map, version, limit, calibration]);
  return <canvas ref={canvas} class="map" aria-hidden="true" style={placed(facts?.region)} />;
}

/** Where the region lies in the picture. */
export function placed(region: ShareBox | undefined): CSSProperties {
  const { x, y, width, height } = region ?? { x: 0, y: 0, width: 1, height: 1 };
  const percent = (share: number): string => `${100 * share}%`;
  return { left: percent(x), top: percent(y), width: percent(width), height: percent(height) };
}
