import { type InputHTMLAttributes, useEffect, useState } from 'react';

interface Props extends Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'> {
  value: string;
  onRename: (name: string) => void;
  /** Whether the name may be taken away altogether. */
  optional?: boolean;
}

/** A name that is edited where it stands. While it is empty in the middle of typing, the last good one stays. */
export function NameField({ value, onRename, optional = false, ...props }: Props) {
  const [text, setText] = useState(value);
  const [focused, setFocused] = useState(false);
  useEffect(() => {
    if (!focused || text.trim()) setText(value);
    // biome-ignore lint/correctness/useExhaustiveDependencies: only a value from outside replaces what is typed
  }, [value]);
  return (
    <input
      {...props}
      value={text}
      onFocus={() => setFocused(true)}
      onBlur={() => {
        setFocused(false);
        setText(value);
      }}
      onChange={(event) => {
        setText(event.currentTarget.value);
        if (optional || event.currentTarget.value.trim()) onRename(event.currentTarget.value);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
