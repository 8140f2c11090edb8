//! A screen that nobody sees.

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::{Constraint, Layout};
use ratatui::widgets::{Block, Gauge, Paragraph, Row, Table};

/// What is drawn on so many columns.
pub fn drawn(columns: u16, rooms: &[(String, u64)]) -> String {
    let mut terminal = Terminal::new(TestBackend::new(columns, 8)).expect("it is in memory");
    let draw = |frame: &mut ratatui::Frame<'_>| {
        let parts = Layout::vertical([Constraint::Length(1), Constraint::Min(3), Constraint::Length(1)]);
        let [top, middle, bottom] = parts.areas(frame.area());
        let rows = rooms.iter().map(|(name, boxes)| Row::new([name.clone(), boxes.to_string()]));
        let widths = [Constraint::Fill(2), Constraint::Fill(1)];
        frame.render_widget(Paragraph::new("depot"), top);
        frame.render_widget(Table::new(rows, widths).block(Block::bordered()), middle);
        frame.render_widget(Gauge::default().percent(50), bottom);
    };
    terminal.draw(draw).expect("it is in memory");
    terminal.backend().to_string()
}

/// Uses all of it.
pub fn everything(seed: u64) -> u64 {
    let screen = drawn(40, &[("cold".to_owned(), seed % 100), ("warm".to_owned(), 2)]);
    assert!(screen.contains("cold") && screen.contains("depot"), "{screen}");
    screen.lines().count() as u64
}
