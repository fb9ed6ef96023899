/** What the file at the stable address uses of the widget. */
export { start } from "./element";
