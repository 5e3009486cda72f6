/** Version of the packages, written into every model's manifest. A test keeps it equal to package.json. */
export const productVersion = '0.1.0';
