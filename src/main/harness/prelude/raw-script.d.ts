/** The guest's own files: bundled as text, evaluated in QuickJS, never imported. */
declare module "*.js?raw" {
  const text: string;
  export default text;
}
