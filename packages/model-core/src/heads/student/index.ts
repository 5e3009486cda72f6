export { student } from './student.ts';
export { studentParameters, type StudentOptions, type StudentParams } from './parameters.ts';
