/** What people are called for short, a line a name: two of one line may be one person's. Folded as names are. */
const lines = `
alexander alex sasha sascha xander aleksandr alejandro
andrew andy drew andreas andrei andre
anna anne ann annie anya hannah
anthony tony antonio toni
benjamin ben benny
catherine cathy kate katie katharina kathryn katherine kathy katya ekaterina
charles charlie chuck karl carlos
christopher chris christoph kit
christine christina chris tina kristina
daniel dan danny
david dave
deborah debbie deb
dmitry dima dmitri
edward ed eddie ted
elizabeth liz beth betty lisa eliza elisabeth lizzie
francis frank francisco paco
frederick fred freddie friedrich fritz
gregory greg
heinrich heinz heiner
henry harry hank
ivan vanya
jacob jake jakob
james jim jimmy jamie
jennifer jen jenny
john jack johnny jon johann johannes hans
joseph joe joey jose pepe josef sepp
katharine kitty
lawrence larry lars lorenz
margaret maggie peggy meg margarete greta margarita rita
maria mary marie masha mariya
matthew matt matthias
michael mike mick micky misha mikhail michel
nicholas nick nicolas nikolai klaus nikolaus
patricia pat patty
patrick pat paddy
peter pete pyotr pedro
philip phil philipp
rebecca becky
richard rick dick rich richie
robert bob rob bobby robbie
ronald ron
samuel sam
sergey seryozha sergei
stephen steve steven stefan stephan
susan sue suzanne susanne susie
theresa tess terry teresa
thomas tom tommy
timothy tim
vladimir vova volodya
william bill will billy willy wilhelm guillermo
yelena elena lena helena
yevgeny zhenya evgeny eugene gene`;

const families = new Map<string, Set<number>>();
for (const [index, line] of lines.trim().split('\n').entries())
  for (const name of line.trim().split(' ')) families.set(name, (families.get(name) ?? new Set()).add(index));

export function areShort(a: string, b: string): boolean {
  const of = families.get(a);
  if (!of) return false;
  for (const index of families.get(b) ?? []) if (of.has(index)) return true;
  return false;
}
