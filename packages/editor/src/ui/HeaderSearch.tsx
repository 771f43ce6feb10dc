import { Combobox, Kbd, Loader, TextInput, useCombobox } from '@mantine/core';
import { useDebouncedValue, useHotkeys } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import { api, query } from '../api/client.ts';
import type { CustomerPage } from '../api/contract.ts';
import classes from './HeaderSearch.module.css';

const most = 8;

/** Finds a customer from any page, while one types. `/` leads here; Enter opens the first, or all who are found. */
export function HeaderSearch() {
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const combobox = useCombobox({ onDropdownClose: () => combobox.resetSelectedOption() });
  const [text, setText] = useState('');
  const [asked] = useDebouncedValue(text.trim(), 120);
  useHotkeys([['/', () => input.current?.focus()]]);
  const found = useQuery({
    queryKey: ['customers', 'quick', asked],
    queryFn: ({ signal }) => api<CustomerPage>(`/api/customers${query({ search: asked, limit: most })}`, { signal }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
    staleTime: 5_000,
    retry: false,
  });
  const rows = asked === '' ? [] : (found.data?.customers ?? []);
  const close = () => {
    setText('');
    combobox.closeDropdown();
    input.current?.blur();
  };
  const open = (id: string) => {
    close();
    if (id === all) void navigate({ to: '/customers', search: { search: asked } });
    else void navigate({ to: '/customers/$customerId', params: { customerId: id } });
  };
  return (
    <Combobox store={combobox} onOptionSubmit={open} width={340} position="bottom-end" shadow="md">
      <Combobox.Target>
        <TextInput
          ref={input}
          className={classes.input}
          size="xs"
          aria-label="Find a customer"
          placeholder="Find a customer"
          leftSection={<IconSearch size={14} />}
          rightSection={found.isFetching ? <Loader size={12} /> : text === '' ? <Kbd size="xs">/</Kbd> : null}
          value={text}
          onChange={(typed) => {
            setText(typed.currentTarget.value);
            combobox.openDropdown();
            combobox.updateSelectedOptionIndex();
          }}
          onFocus={() => combobox.openDropdown()}
          onBlur={() => combobox.closeDropdown()}
          onKeyDown={(pressed) => {
            if (pressed.key === 'Escape') close();
            // Without an option chosen, Enter means whoever stands first.
            if (pressed.key === 'Enter' && combobox.getSelectedOptionIndex() < 0 && rows[0]) open(String(rows[0].id));
          }}
          data-testid="header-search"
        />
      </Combobox.Target>
      <Combobox.Dropdown hidden={asked === '' || !found.isFetched}>
        <Combobox.Options>
          {rows.map(({ id, name, email, phone }) => (
            <Combobox.Option key={id} value={String(id)}>
              <span className={classes.name}>{name ?? `Customer ${id}`}</span>
              <small className={classes.more}>{[email ?? phone, `#${id}`].filter(Boolean).join(' · ')}</small>
            </Combobox.Option>
          ))}
          {found.isError && <Combobox.Empty>{found.error.message}</Combobox.Empty>}
          {found.isSuccess && rows.length === 0 && <Combobox.Empty>Nobody is found by “{asked}”</Combobox.Empty>}
          {found.data?.next && (
            <Combobox.Option value={all} className={classes.all}>
              Show all who are found
            </Combobox.Option>
          )}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
}

/** No customer's number. */
const all = 'all';
