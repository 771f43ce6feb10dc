import { TextInput, Tooltip } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { type KeyboardEvent, type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import type { NodeTypeDescription } from '../api/contract.ts';
import { draggedType } from '../canvas/flow-types.ts';
import { NodeIcon } from '../ui/node-icon.tsx';
import { stageInfos, stageOf, stageStyle } from '../ui/stages.ts';
import classes from './NodeList.module.css';

interface Props {
  types: readonly NodeTypeDescription[];
  search: string;
  onSearch: (text: string) => void;
  onPick: (type: NodeTypeDescription) => void;
  /** A click only marks; a double click or Enter picks. For a list whose items can also be dragged. */
  draggable?: boolean;
  autoFocus?: boolean;
  searchRef?: RefObject<HTMLInputElement | null>;
}

/** Node types by stage, searched by every word; arrow keys move, Enter picks. */
export function NodeList({ types, search, onSearch, onPick, draggable = false, autoFocus = false, searchRef }: Props) {
  const found = useMemo(() => matching(types, search), [types, search]);
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const field = useRef<HTMLInputElement>(null);
  const input = searchRef ?? field;
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus, input]);
  useEffect(() => setActive(bestOf(found, search)), [found, search]);

  const move = (by: number) => {
    const next = Math.max(0, Math.min(found.length - 1, active + by));
    setActive(next);
    list.current?.querySelectorAll('[data-item]')[next]?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const current = found[active];
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && current) onPick(current);
    else if (event.key === 'Escape' && search) onSearch('');
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <>
      <div className={classes.search}>
        <TextInput
          ref={input}
          size="xs"
          placeholder="Search nodes"
          aria-label="Search nodes"
          leftSection={<IconSearch size={14} />}
          rightSection={draggable ? <kbd className={classes.key}>N</kbd> : undefined}
          value={search}
          onChange={(event) => onSearch(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          data-testid={draggable ? 'palette-search' : 'menu-search'}
        />
      </div>
      <div className={classes.list} ref={list}>
        {found.length === 0 && (
          <p className={classes.none}>No node is called that. Plugins add more: they are named in the configuration.</p>
        )}
        {stageInfos.map((stage) => {
          const items = found.filter((type) => stageOf(type.stage).id === stage.id);
          if (items.length === 0) return null;
          return (
            <section key={stage.id} style={stageStyle(stage.id)} aria-label={stage.title}>
              <h3 className={classes.stage}>{stage.title}</h3>
              {items.map((type) => (
                <Tooltip key={type.type} label={type.description} position="right" openDelay={600} withinPortal>
                  <button
                    type="button"
                    className={classes.item}
                    data-item
                    data-active={(search !== '' || !draggable) && found[active] === type ? true : undefined}
                    data-testid={`palette-${type.type}`}
                    draggable={draggable}
                    onDragStart={(event) => {
                      event.dataTransfer.setData(draggedType, type.type);
                      event.dataTransfer.effectAllowed = 'copy';
                    }}
                    onClick={draggable ? undefined : () => onPick(type)}
                    onDoubleClick={draggable ? () => onPick(type) : undefined}
                    onKeyDown={(event) => {
                      if (draggable && event.key === 'Enter') onPick(type);
                    }}
                  >
                    <span className={classes.icon}>
                      <NodeIcon type={type} size={15} />
                    </span>
                    <span className={classes.title}>{type.title}</span>
                  </button>
                </Tooltip>
              ))}
            </section>
          );
        })}
      </div>
    </>
  );
}

/** The hit that Enter takes: named so, rather than only described so. */
function bestOf(found: readonly NodeTypeDescription[], search: string): number {
  const text = search.trim().toLowerCase();
  if (!text) return 0;
  const score = ({ title, type }: NodeTypeDescription): number => {
    const name = title.toLowerCase();
    if (name.startsWith(text)) return 3;
    return name.includes(text) ? 2 : type.includes(text) ? 1 : 0;
  };
  const scores = found.map(score);
  return Math.max(0, scores.indexOf(Math.max(...scores)));
}

function matching(types: readonly NodeTypeDescription[], search: string): NodeTypeDescription[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const order = new Map(stageInfos.map((stage, index) => [stage.id, index]));
  return types
    .filter((type) => {
      const text = `${type.title} ${type.type} ${type.stage} ${type.description}`.toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .toSorted((a, b) => {
      const byStage = (order.get(stageOf(a.stage).id) ?? 9) - (order.get(stageOf(b.stage).id) ?? 9);
      return byStage || a.title.localeCompare(b.title);
    });
}
