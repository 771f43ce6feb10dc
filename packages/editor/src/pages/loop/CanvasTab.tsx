import { useLocalStorage } from '@mantine/hooks';
import { ReactFlowProvider } from '@xyflow/react';
import { Canvas } from '../../canvas/Canvas.tsx';
import { ProblemsPanel } from '../../canvas/ProblemsPanel.tsx';
import { StageStrip } from '../../canvas/StageStrip.tsx';
import { Inspector } from '../../inspector/Inspector.tsx';
import { Palette } from '../../palette/Palette.tsx';
import classes from './CanvasTab.module.css';

export function CanvasTab() {
  const [snapping, setSnapping] = useLocalStorage({ key: 'osicam-snap', defaultValue: true });
  const [inspecting, setInspecting] = useLocalStorage({ key: 'osicam-inspector', defaultValue: true });
  return (
    <ReactFlowProvider>
      <div className={classes.page}>
        <StageStrip />
        <div className={classes.columns}>
          <Palette />
          <div className={classes.middle}>
            <Canvas snapping={snapping} onSnapping={setSnapping} inspecting={inspecting} onInspecting={setInspecting} />
            <ProblemsPanel />
          </div>
          {inspecting && <Inspector />}
        </div>
      </div>
    </ReactFlowProvider>
  );
}
