
// What a pointer does over the curves: it points, drags a stretch to zoom to, pinches, turns a wheel, or clicks.
function handleGestures(over, selection, view) {
    const pointers = new Map();
    let dragged = null;
    let pinched = null;
    const inside = event => {
        const box = over.getBoundingClientRect();
        return [Math.min(Math.max(event.clientX - box.left, 0), view.width()), event.clientY - box.top];
    };
    over.addEventListener('pointerdown', event => {
        if (event.button !== 0) return;
        pointers.set(event.pointerId, inside(event)[0]);
        try {
            over.setPointerCapture(event.pointerId);
        } catch {
            // A pointer that is no more needs no capture.
        }
        dragged = pointers.size === 1 ? { begin: inside(event)[0], end: inside(event)[0] } : null;
        selection.hidden = true;
        if (pointers.size === 2) {
            const [a, b] = [...pointers.values()];
            pinched = { steps: [a, b].map(view.stepOf) };
        }
    });
    over.addEventListener('pointermove', event => {
        const [x, y] = inside(event);
        if (pointers.has(event.pointerId)) pointers.set(event.pointerId, x);
        if (pinched && pointers.size === 2) {
            // What the fingers have touched stays under them.
            const [a, b] = [...pointers.values()];
            if (Math.abs(a - b) < 10) return;
            const perDot = (pinched.steps[1] - pinched.steps[0]) / (b - a);
            if (!(perDot > 0)) return;
            const begin = pinched.steps[0] - a * perDot;
            view.show(begin, begin + view.width() * perDot);
            return;
        }
        if (dragged) {
            dragged.end = x;
            const [a, b] = [dragged.begin, x].sort((a, b) => a - b);
            selection.hidden = b - a < 5;
            Object.assign(selection.style, { left: `${a}px`, width: `${b - a}px` });
        }
        view.pointAt(x, y);
    });
    const lift = event => {
        pointers.delete(event.pointerId);
        if (pointers.size < 2) pinched = null;
        const stretch = dragged;
        dragged = null;
        selection.hidden = true;
        return stretch;
    };
    over.addEventListener('pointerup', event => {
        const stretch = lift(event);
        if (!stretch) return;
        const [a, b] = [stretch.begin, stretch.end].sort((a, b) => a - b);
        if (b - a >= 5) view.show(view.stepOf(a), view.stepOf(b));
        else view.chosen(view.stepOf(b));
    });
    over.addEventListener('pointercancel', lift);
    over.addEventListener('pointerleave', view.leave);
    over.addEventListener('dblclick', view.showAll);
    over.addEventListener('wheel', event => {
        // A wheel that does nothing here turns the page.
        const by = event.deltaMode === 1 ? 16 : 1;
        if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
            if (view.whole()) return;
            event.preventDefault();
            view.move(event.deltaX * by / view.width());
        } else if (view.zoom(Math.exp(Math.min(Math.max(event.deltaY * by, -300), 300) / (event.ctrlKey ? 100 : 400)), view.stepOf(inside(event)[0]))) {
            event.preventDefault();
        }
    }, { passive: false });
}
