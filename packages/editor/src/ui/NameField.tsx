import { type InputHTMLAttributes, useState } from 'react';

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'> {
  value: string;
  onRename: (name: string) => void;
  /** Whether the name may be taken away altogether. */
  optional?: boolean;
}

/** A name that is edited where it stands. While it is empty in the middle of typing, the last good one stays. */
export function NameField({ value, onRename, optional = false, ...props }: Props) {
  // What is typed while the field has the focus; otherwise the name itself.
  const [typed, setTyped] = useState<string>();
  return (
    <input
      {...props}
      value={typed === undefined || typed.trim() ? value : typed}
      onBlur={() => setTyped(undefined)}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        if (optional || event.currentTarget.value.trim()) onRename(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
