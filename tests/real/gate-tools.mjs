export async function realTools() { return []; }
