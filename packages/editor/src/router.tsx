import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { type IdentityTab, identityTabs } from './pages/identity/tabs.ts';
import { type SchemaTab, schemaTabs } from './pages/schema/tabs.ts';
import { type Tab, tabs } from './pages/segments/tabs.ts';
import { NotFound } from './ui/NotFound.tsx';
import { PagePending } from './ui/PagePending.tsx';
import { RouteFault } from './ui/RouteFault.tsx';
import { Shell } from './ui/Shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const loops = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/LoopsPage.tsx'), 'LoopsPage'),
});

const loop = createRoute({
  getParentRoute: () => root,
  path: '/loops/$loopId',
  component: lazyRouteComponent(() => import('./pages/loop/LoopPage.tsx'), 'LoopPage'),
});

const canvas = createRoute({
  getParentRoute: () => loop,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/loop/CanvasTab.tsx'), 'CanvasTab'),
});

const results = createRoute({
  getParentRoute: () => loop,
  path: 'results',
  component: lazyRouteComponent(() => import('./pages/loop/ResultsTab.tsx'), 'ResultsTab'),
});

const operation = createRoute({
  getParentRoute: () => loop,
  path: 'operation',
  component: lazyRouteComponent(() => import('./pages/loop/operation/OperationTab.tsx'), 'OperationTab'),
});

const customers = createRoute({
  getParentRoute: () => root,
  path: '/customers',
  validateSearch: (search: Record<string, unknown>): { search?: string } =>
    typeof search['search'] === 'string' && search['search'] ? { search: search['search'] } : {},
  component: lazyRouteComponent(() => import('./pages/customers/CustomersPage.tsx'), 'CustomersPage'),
});

const customer = createRoute({
  getParentRoute: () => root,
  path: '/customers/$customerId',
  component: lazyRouteComponent(() => import('./pages/customers/CustomerPage.tsx'), 'CustomerPage'),
});

const identity = createRoute({
  getParentRoute: () => root,
  path: '/identity',
  validateSearch: (search: Record<string, unknown>): { tab?: IdentityTab } => {
    const tab = identityTabs.find((one) => one === search['tab']);
    return tab && tab !== 'review' ? { tab } : {};
  },
  component: lazyRouteComponent(() => import('./pages/identity/IdentityPage.tsx'), 'IdentityPage'),
});

const segments = createRoute({
  getParentRoute: () => root,
  path: '/segments',
  validateSearch: (search: Record<string, unknown>): { tab?: Tab } => {
    const tab = tabs.find((known) => known === search['tab']);
    return tab && tab !== 'segments' ? { tab } : {};
  },
  component: lazyRouteComponent(() => import('./pages/segments/SegmentsPage.tsx'), 'SegmentsPage'),
});

const newSegment = createRoute({
  getParentRoute: () => root,
  path: '/segments/new',
  component: lazyRouteComponent(() => import('./pages/segments/SegmentPage.tsx'), 'NewSegmentPage'),
});

const segment = createRoute({
  getParentRoute: () => root,
  path: '/segments/$segmentId',
  component: lazyRouteComponent(() => import('./pages/segments/SegmentPage.tsx'), 'SegmentPage'),
});

const messages = createRoute({
  getParentRoute: () => root,
  path: '/messages',
  validateSearch: (search: Record<string, unknown>): { loop?: string; status?: string } => ({
    ...(typeof search['loop'] === 'string' ? { loop: search['loop'] } : {}),
    ...(typeof search['status'] === 'string' ? { status: search['status'] } : {}),
  }),
  component: lazyRouteComponent(() => import('./pages/MessagesPage.tsx'), 'MessagesPage'),
});

const schema = createRoute({
  getParentRoute: () => root,
  path: '/schema',
  validateSearch: (search: Record<string, unknown>): { tab?: SchemaTab } => {
    const tab = schemaTabs.find((one) => one === search['tab']);
    return tab && tab !== 'traits' ? { tab } : {};
  },
  component: lazyRouteComponent(() => import('./pages/schema/SchemaPage.tsx'), 'SchemaPage'),
});

const settings = createRoute({
  getParentRoute: () => root,
  path: '/settings',
  component: lazyRouteComponent(() => import('./pages/settings/SettingsPage.tsx'), 'SettingsPage'),
});

const permission = createRoute({
  getParentRoute: () => root,
  path: '/permission',
  validateSearch: (search: Record<string, unknown>): { tab?: 'texts' | 'suppressions' } =>
    search['tab'] === 'texts' || search['tab'] === 'suppressions' ? { tab: search['tab'] } : {},
  component: lazyRouteComponent(() => import('./pages/permission/PermissionPage.tsx'), 'PermissionPage'),
});

const inbox = createRoute({
  getParentRoute: () => root,
  path: '/inbox',
  validateSearch: (search: Record<string, unknown>): { mail?: string } =>
    search['mail'] !== undefined ? { mail: String(search['mail']) } : {},
  component: lazyRouteComponent(() => import('./pages/InboxPage.tsx'), 'InboxPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    loops,
    loop.addChildren([canvas, results, operation]),
    customers,
    customer,
    identity,
    segments,
    newSegment,
    segment,
    messages,
    inbox,
    schema,
    settings,
    permission,
  ]),
  defaultPendingComponent: PagePending,
  defaultErrorComponent: RouteFault,
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
