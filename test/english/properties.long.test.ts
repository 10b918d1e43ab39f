import './laws.ts';
