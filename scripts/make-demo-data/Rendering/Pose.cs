namespace LLaVAction.DemoData.Rendering;

/// <summary>Where an object is and what state it is in.</summary>
/// <param name="X">Centre, in picture heights.</param>
/// <param name="Y">Centre, in picture heights.</param>
/// <param name="Turn">Turn, in radians, clockwise.</param>
/// <param name="Split">1 for whole, falling to −1 as it is cut up.</param>
/// <param name="Opening">0 for closed to 1 for open.</param>
public readonly record struct Pose(double X, double Y, double Turn = 0, double Split = 1, double Opening = 0);
