/** Text files bundled as strings. */
declare module "*.md?raw" {
  const text: string;
  export default text;
}
