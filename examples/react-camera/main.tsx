/** The page: a model beside it, and a camera that is on or off. */
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { readModel, type AnomalyModel } from '@oddpixel/model-core';
import { CameraInspector } from './camera-inspector.tsx';

function App({ model }: { readonly model: AnomalyModel }) {
  const [isOn, setIsOn] = useState(true);
  return (
    <>
      <button onClick={() => setIsOn(!isOn)}>{isOn ? 'Stop' : 'Start'}</button>
      {isOn && <CameraInspector model={model} />}
    </>
  );
}

const response = await fetch('model.onnx');
const model = readModel(new Uint8Array(await response.arrayBuffer()));
createRoot(document.getElementById('app') as HTMLElement).render(
  <StrictMode>
    <App model={model} />
  </StrictMode>,
);
