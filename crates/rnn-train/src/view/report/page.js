
// The curves and the rows belong together: a snapshot is marked in the curves, and a click there shows the nearest one.
{
    const data = JSON.parse(document.getElementById('data').textContent);
    const [curvesPlace, rowsPlace] = ['curves', 'rows'].map(name => document.getElementById(name));
    let rows = null;
    const curves = curvesPlace && makeCurves(curvesPlace, data, step => rows?.showNearest(step));
    rows = rowsPlace && makeRows(rowsPlace, data, snapshot => curves?.mark(snapshot.step));
}
