/** The order of the guides on the site. A test fails if a guide is missing here, or if one listed here does not exist. */
export const GUIDES: Record<string, string[]> = {
  "Many machines": ["scale-out.md"],
  "This repository": ["foreign-tools.md"],
};
