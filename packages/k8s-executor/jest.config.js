import { preset } from '../../jest.preset.js';

export default preset('k8s-executor');
