import { queryOptions } from '@tanstack/react-query';
import type { Json } from './contract.ts';
import { api, ApiError, query } from './client.ts';

export interface ImportColumn {
  name: string;
  type: string;
  trait?: string;
  identity?: string;
  becomes: string[];
  missing: number;
  distinct: number;
  examples: string[];
  dates?: string[];
}

export interface ImportPreview {
  format: string;
  rows: number;
  key?: string;
  columns: ImportColumn[];
  records: { [name: string]: Json }[];
  rejects: { line: number; reason: string; text: string }[];
  refused: number;
  misfits: Record<string, number>;
  problems: { level: string; code: string; message: string }[];
}

export interface ImportSummary {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  rejects: { line: number; reason: string; text: string }[];
  events: number;
  knownEvents: number;
  consents: number;
  relationships: number;
  misfits: Record<string, number>;
  /** Values that are kept aside, by the trait whose declared type they are not of. */
  aside: Record<string, number>;
  conflicts: number;
  entered: number;
}

export interface Import {
  id: string;
  name: string;
  bytes: number;
  state: 'uploaded' | 'running' | 'done' | 'failed' | 'stopped';
  progress: number;
  summary?: ImportSummary;
  error?: string;
}

export type ImportMapping = Record<string, unknown>;

/** Sends a file, and says how much of it has gone: a gigabyte takes its time, and fetch does not tell. */
export const uploadFile = (file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<Import> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (status: number, text: string) => {
      try {
        const { error } = JSON.parse(text) as { error: { code: string; message: string } };
        reject(new ApiError(status, error.code, error.message));
      } catch {
        reject(new ApiError(status, 'failed', 'The file did not arrive. Is the server still running?'));
      }
    };
    request.open('POST', `/api/imports${query({ name: file.name })}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0));
    request.addEventListener('load', () =>
      request.status === 201
        ? resolve(JSON.parse(request.responseText) as Import)
        : fail(request.status, request.responseText),
    );
    request.addEventListener('error', () => fail(0, ''));
    request.addEventListener('abort', () => reject(new ApiError(0, 'aborted', 'The upload was stopped.')));
    signal.addEventListener('abort', () => request.abort());
    request.send(file);
  });

export const previewQuery = (id: string | undefined, mapping: ImportMapping) =>
  queryOptions({
    queryKey: ['import-preview', id, mapping],
    queryFn: ({ signal }) =>
      api<ImportPreview>(`/api/imports/${id}/preview`, { method: 'POST', json: { mapping }, signal }),
    enabled: id !== undefined,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: (before) => before,
  });

export const importQuery = (id: string | undefined, running: boolean) =>
  queryOptions({
    queryKey: ['import', id],
    queryFn: () => api<Import>(`/api/imports/${id}`),
    enabled: id !== undefined && running,
    refetchInterval: ({ state }) => (state.data?.state === 'running' || !state.data ? 400 : false),
  });
